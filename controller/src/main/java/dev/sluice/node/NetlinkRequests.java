// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntFunction;

/** Questions on a netlink socket, one at a time, each with all of its answer. */
final class NetlinkRequests implements AutoCloseable {
  static final int FLAG_REQUEST = 0x01;
  static final int FLAG_ACKNOWLEDGE = 0x04;
  static final int FLAG_DUMP = 0x300;
  private static final int FLAG_DUMP_INTERRUPTED = 0x10;
  private static final int MESSAGE_ERROR = 2;
  private static final int MESSAGE_DONE = 3;
  private static final int ATTEMPTS = 100;

  private final NetlinkSocket socket;
  private final String protocol;
  private int sequence;

  /**
   * @param protocol what errors call it
   */
  NetlinkRequests(NetlinkSocket socket, String protocol) {
    this.socket = socket;
    this.protocol = protocol;
  }

  /**
   * Repeats a dump until it was not interrupted by a change (NLM_F_DUMP_INTR), because an
   * interrupted one may lack entries that never changed.
   *
   * @param answer the type of the messages that are wanted
   * @param message makes the request from its sequence number
   */
  synchronized <T> List<T> dump(
      int answer, IntFunction<byte[]> message, Function<ByteBuffer, Optional<T>> decoder) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<T> found = new ArrayList<>();
      if (dumpOnce(answer, message, entry -> decoder.apply(entry).ifPresent(found::add))) {
        return found;
      }
    }
    throw new NodeException(
        "what %s was to list changed during each of %d attempts; try again when it is quieter"
            .formatted(protocol, ATTEMPTS));
  }

  /**
   * Asks for something to be done, and waits until it is.
   *
   * @param message makes the request, with {@link #FLAG_ACKNOWLEDGE}, from its sequence number
   * @return 0 or the kernel's error number
   */
  synchronized int execute(IntFunction<byte[]> message) {
    sequence++;
    socket.send(message.apply(sequence));
    State state = new State(0, ignored -> {});
    receive(state);
    return state.error;
  }

  /** Asks something that has one message for an answer, be it an error. */
  synchronized <T> T ask(IntFunction<byte[]> question, Function<NetlinkReader.Message, T> decoder) {
    sequence++;
    socket.send(question.apply(sequence));
    while (true) {
      List<NetlinkReader.Message> received = new ArrayList<>();
      NetlinkReader.messages(socket.receive(), received::add);
      for (NetlinkReader.Message message : received) {
        if (message.sequence() == sequence) {
          return decoder.apply(message);
        }
      }
    }
  }

  private boolean dumpOnce(
      int answer, IntFunction<byte[]> question, Consumer<ByteBuffer> consumer) {
    sequence++;
    socket.send(question.apply(sequence));
    State state = new State(answer, consumer);
    receive(state);
    if (state.error == Errno.EBUSY || state.error == Errno.EAGAIN) {
      return false;
    }
    if (state.error != 0) {
      throw new NodeException(protocol + " dump for messages of type " + answer, state.error);
    }
    return !state.interrupted;
  }

  private void receive(State state) {
    while (!state.done) {
      NetlinkReader.messages(
          socket.receive(),
          message -> {
            if (message.sequence() == sequence) {
              state.read(message);
            }
          });
    }
  }

  @Override
  public synchronized void close() {
    socket.close();
  }

  private static final class State {
    private final int answer;
    private final Consumer<ByteBuffer> consumer;
    private boolean done;
    private boolean interrupted;
    private int error;

    private State(int answer, Consumer<ByteBuffer> consumer) {
      this.answer = answer;
      this.consumer = consumer;
    }

    private void read(NetlinkReader.Message message) {
      interrupted |= (message.flags() & FLAG_DUMP_INTERRUPTED) != 0;
      if (message.type() == MESSAGE_DONE || message.type() == MESSAGE_ERROR) {
        done = true;
        ByteBuffer payload = message.payload();
        error = payload.remaining() < 4 ? 0 : -payload.order(ByteOrder.nativeOrder()).getInt(0);
      } else if (message.type() == answer) {
        consumer.accept(message.payload());
      }
    }
  }
}

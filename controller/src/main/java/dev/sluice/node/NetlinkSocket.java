// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalInt;

/**
 * An AF_NETLINK socket. It belongs to the network namespace of the thread that opens it and may be
 * used from any other thread, by one at a time.
 */
final class NetlinkSocket implements AutoCloseable {
  /** The protocols that are spoken here. */
  enum Protocol {
    NETLINK_ROUTE(0),
    NETLINK_SOCK_DIAG(4),
    NETLINK_NETFILTER(12),
    NETLINK_GENERIC(16);

    private final int number;

    Protocol(int number) {
      this.number = number;
    }
  }

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOCKET_ADDRESS_LENGTH = 12;
  private static final int SOL_SOCKET = 1;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int SOL_NETLINK = 270;
  private static final int NETLINK_ADD_MEMBERSHIP = 1;
  private static final int MSG_TRUNC = 0x20;
  private static final int MSG_DONTWAIT = 0x40;

  /**
   * The kernel fills dump datagrams up to 32 KiB; a single link with many virtual functions may be
   * larger.
   */
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES, 8);
  private final int descriptor;

  /**
   * @param receiveBytes how much the kernel may queue; without CAP_NET_ADMIN it is cut to
   *     net.core.rmem_max
   */
  NetlinkSocket(Protocol protocol, int receiveBytes) {
    descriptor = LinuxCalls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol.number);
    if (descriptor < 0) {
      arena.close();
      throw new NodeException("socket(AF_NETLINK, " + protocol + ")", -descriptor);
    }
    try {
      if (LinuxCalls.setIntOption(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, receiveBytes) < 0) {
        check(
            LinuxCalls.setIntOption(descriptor, SOL_SOCKET, SO_RCVBUF, receiveBytes),
            "setsockopt(SO_RCVBUF)");
      }
      MemorySegment address = arena.allocate(SOCKET_ADDRESS_LENGTH, 4);
      address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
      check(LinuxCalls.bind(descriptor, address), "bind(AF_NETLINK)");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  int descriptor() {
    return descriptor;
  }

  /** Subscribes to a multicast group, RTNLGRP_*. */
  void join(int group) {
    check(
        LinuxCalls.setIntOption(descriptor, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group),
        "setsockopt(NETLINK_ADD_MEMBERSHIP, " + group + ")");
  }

  void send(byte[] message) {
    if (!arena.scope().isAlive()) {
      // The number of a closed descriptor may already be another file's.
      throw new IllegalStateException("this netlink socket is closed");
    }
    try (Arena call = Arena.ofConfined()) {
      MemorySegment segment = call.allocate(message.length, 8);
      segment.copyFrom(MemorySegment.ofArray(message));
      check(LinuxCalls.send(descriptor, segment), "send(AF_NETLINK)");
    }
  }

  /** One datagram, valid until the next call; waits for it. */
  ByteBuffer receive() {
    while (true) {
      long length = LinuxCalls.receive(descriptor, buffer, MSG_TRUNC);
      if (length != -Errno.EINTR) {
        return datagram(check(length, "recv(AF_NETLINK)"));
      }
    }
  }

  /**
   * Reads one datagram for {@link #datagram(long)}, without waiting.
   *
   * @return its length, or empty if there is none now
   * @throws NodeException with ENOBUFS if the kernel had to drop messages since the last call
   */
  OptionalInt tryReceive() {
    while (true) {
      long length = LinuxCalls.receive(descriptor, buffer, MSG_TRUNC | MSG_DONTWAIT);
      if (length == -Errno.EAGAIN) {
        return OptionalInt.empty();
      }
      if (length != -Errno.EINTR) {
        return OptionalInt.of(Math.toIntExact(check(length, "recv(AF_NETLINK)")));
      }
    }
  }

  /** The first {@code length} bytes of the last datagram. */
  ByteBuffer datagram(long length) {
    if (length > BUFFER_BYTES) {
      // The rest of the message is lost, just as when the kernel's queue overflows.
      throw new NodeException("a netlink datagram of " + length + " bytes", Errno.ENOBUFS);
    }
    return buffer.asSlice(0, length).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** How much the kernel will queue, in bytes (it doubles what it was asked for). */
  int receiveBufferBytes() {
    try (Arena call = Arena.ofConfined()) {
      MemorySegment value = call.allocate(JAVA_INT);
      check(
          LinuxCalls.getOption(descriptor, SOL_SOCKET, SO_RCVBUF, value), "getsockopt(SO_RCVBUF)");
      return value.get(JAVA_INT, 0);
    }
  }

  @Override
  public void close() {
    LinuxCalls.close(descriptor);
    arena.close();
  }

  private static long check(long result, String call) {
    if (result < 0) {
      throw new NodeException(call, Math.toIntExact(-result));
    }
    return result;
  }
}

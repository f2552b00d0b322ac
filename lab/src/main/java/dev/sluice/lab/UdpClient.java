// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** Asks {@link UdpEchoServer}s from one socket. */
final class UdpClient implements AutoCloseable {
  private static final int MAXIMUM_BYTES = 64 * 1024;

  private final DatagramChannel channel;
  private final DatagramSocket socket;
  private final byte[] buffer = new byte[MAXIMUM_BYTES];

  private UdpClient(DatagramChannel channel, int sourcePort, Duration timeout) throws IOException {
    this.channel = channel;
    socket = channel.socket();
    channel.bind(new InetSocketAddress(sourcePort));
    socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
  }

  /** A socket of the kind that {@code target} asks for, unconnected. */
  static UdpClient open(Target target) throws IOException {
    DatagramChannel channel = DatagramChannel.open(target.socket().family());
    try {
      return new UdpClient(channel, target.sourcePort(), target.timeout());
    } catch (IOException failure) {
      channel.close();
      throw failure;
    }
  }

  void connect(Target target) throws IOException {
    channel.connect(target.socketAddress());
  }

  void send(Target target, String payload) throws IOException {
    byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
    socket.send(new DatagramPacket(bytes, bytes.length, target.socketAddress()));
  }

  UdpReply receive() throws IOException {
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    socket.receive(packet);
    String text = new String(buffer, 0, packet.getLength(), StandardCharsets.UTF_8);
    List<String> words = Arrays.asList(text.split(" ", 4));
    if (words.size() != 4) {
      throw new CorruptedException("not an answer: " + text);
    }
    InetSocketAddress client =
        new InetSocketAddress(InetAddress.ofLiteral(words.get(1)), Integer.parseInt(words.get(2)));
    return new UdpReply(
        new Banner(words.getFirst(), client),
        (InetSocketAddress) packet.getSocketAddress(),
        words.getLast());
  }

  UdpReply ask(Target target, String payload) throws IOException {
    send(target, payload);
    UdpReply reply = receive();
    if (!reply.payload().equals(payload)) {
      throw new CorruptedException("another payload came back: " + reply.payload());
    }
    return reply;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

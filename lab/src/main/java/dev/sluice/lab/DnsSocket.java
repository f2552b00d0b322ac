// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;

/** One UDP socket that asks name servers for IPv4 or IPv6 addresses. */
final class DnsSocket implements AutoCloseable {
  private static final int MAXIMUM_BYTES = 4096;

  /** An answer, and where it came from as the program sees it (recvmsg). */
  record Received(DnsAnswer answer, InetSocketAddress source) {}

  private final DatagramChannel channel;
  private final DatagramSocket socket;
  private final byte[] buffer = new byte[MAXIMUM_BYTES];

  private DnsSocket(DatagramChannel channel) {
    this.channel = channel;
    socket = channel.socket();
  }

  /** Of the kind and with the port that {@code target} asks for, unconnected. */
  static DnsSocket open(Target target) throws IOException {
    DatagramChannel channel = DatagramChannel.open(target.socket().family());
    try {
      channel.bind(new InetSocketAddress(target.sourcePort()));
      return new DnsSocket(channel);
    } catch (IOException failure) {
      channel.close();
      throw failure;
    }
  }

  static DnsSocket connected(Target target) throws IOException {
    DnsSocket opened = open(target);
    try {
      opened.channel.connect(target.socketAddress());
      return opened;
    } catch (IOException failure) {
      opened.close();
      throw failure;
    }
  }

  /** Asks for the address of a name of the lab; the type is the family of the server's address. */
  void ask(Target server, int id, String name) throws IOException {
    DnsQuestion.Type type =
        AddressFamily.of(server.address()) == AddressFamily.IPV4
            ? DnsQuestion.Type.A
            : DnsQuestion.Type.AAAA;
    byte[] query = new DnsQuestion(name, type).query(id);
    socket.send(new DatagramPacket(query, query.length, server.socketAddress()));
  }

  /**
   * Waits for the next answer.
   *
   * @param deadline in the time of {@link System#nanoTime}
   * @throws SocketTimeoutException if none has come by then
   */
  Received receive(long deadline) throws IOException {
    long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    if (left <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    socket.setSoTimeout(Math.toIntExact(left));
    DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
    socket.receive(packet);
    return new Received(
        DnsAnswer.parse(ByteBuffer.wrap(buffer, 0, packet.getLength())),
        (InetSocketAddress) packet.getSocketAddress());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}

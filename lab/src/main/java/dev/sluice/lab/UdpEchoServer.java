// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Answers each datagram with {@code NAME SOURCE-IP SOURCE-PORT } and the same payload. One socket
 * per address of the host, so that an answer leaves from the address that was asked.
 */
final class UdpEchoServer {
  private static final int MAXIMUM_BYTES = 64 * 1024;

  private final String name;

  UdpEchoServer(String name) {
    this.name = name;
  }

  void start(int port) throws IOException {
    for (InetAddress address : ownAddresses()) {
      DatagramChannel channel =
          DatagramChannel.open(
              address instanceof Inet6Address
                  ? StandardProtocolFamily.INET6
                  : StandardProtocolFamily.INET);
      channel.bind(new InetSocketAddress(address, port));
      Thread.ofPlatform().name("udp " + address).start(() -> serve(channel));
    }
  }

  private static List<InetAddress> ownAddresses() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLinkLocalAddress())
        .toList();
  }

  private void serve(DatagramChannel channel) {
    ByteBuffer datagram = ByteBuffer.allocateDirect(MAXIMUM_BYTES);
    ByteBuffer answer = ByteBuffer.allocateDirect(MAXIMUM_BYTES + 256);
    while (true) {
      try {
        datagram.clear();
        InetSocketAddress source = (InetSocketAddress) channel.receive(datagram);
        answer.clear();
        answer.put(prefix(source)).put(datagram.flip()).flip();
        channel.send(answer, source);
      } catch (IOException transientFailure) {
        // An ICMP error for an earlier answer, for example: the next datagram counts.
      }
    }
  }

  private byte[] prefix(InetSocketAddress source) {
    return "%s %s %d "
        .formatted(name, source.getAddress().getHostAddress(), source.getPort())
        .getBytes(StandardCharsets.UTF_8);
  }
}

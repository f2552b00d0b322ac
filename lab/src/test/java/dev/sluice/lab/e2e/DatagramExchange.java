// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.Host;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Many datagrams and their answers through one socket. */
final class DatagramExchange {
  /** On their way at once: few enough for any socket's buffer. */
  private static final int WINDOW = 32;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private DatagramExchange() {}

  /** Sends from a host, and returns when as many answers have come back. */
  static void run(Host from, String address, int port, int count) {
    try {
      from.call(
          () -> {
            exchange(new InetSocketAddress(InetAddress.ofLiteral(address), port), count);
            return null;
          });
    } catch (Exception e) {
      throw new AssertionError("%d datagrams from %s to %s".formatted(count, from, address), e);
    }
  }

  private static void exchange(InetSocketAddress to, int count) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout((int) PATIENCE.toMillis());
      socket.connect(to);
      byte[] question = "anybody?".getBytes(StandardCharsets.US_ASCII);
      DatagramPacket out = new DatagramPacket(question, question.length);
      DatagramPacket in = new DatagramPacket(new byte[256], 256);
      for (int sent = 0; sent < count + WINDOW; sent++) {
        if (sent < count) {
          socket.send(out);
        }
        if (sent >= WINDOW) {
          socket.receive(in);
        }
      }
    }
  }
}

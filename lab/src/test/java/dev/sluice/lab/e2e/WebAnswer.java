// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.sluice.lab.Host;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/**
 * What a web server answers to one GET.
 *
 * @param head status line and headers
 */
record WebAnswer(String head, String body) {
  private static final int PATIENCE_MILLIS = 5000;

  /** Asks from a host; empty if nobody listens there. */
  static Optional<WebAnswer> get(Host from, InetAddress address, int port, String path)
      throws Exception {
    return from.call(() -> get(address, port, path));
  }

  private static Optional<WebAnswer> get(InetAddress address, int port, String path)
      throws IOException {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(new InetSocketAddress(address, port), PATIENCE_MILLIS);
      socket.getOutputStream().write("GET %s HTTP/1.0\r\n\r\n".formatted(path).getBytes(UTF_8));
      String all = new String(socket.getInputStream().readAllBytes(), UTF_8);
      int end = all.indexOf("\r\n\r\n");
      return Optional.of(new WebAnswer(all.substring(0, end), all.substring(end + 4)));
    } catch (ConnectException e) {
      return Optional.empty();
    }
  }

  int status() {
    return Integer.parseInt(head.split(" ", 3)[1]);
  }

  /** A header's value; "" without it. */
  String header(String name) {
    return head.lines()
        .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }
}

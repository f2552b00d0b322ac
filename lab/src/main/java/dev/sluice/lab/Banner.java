// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * How a server of the lab introduces itself: {@code NAME SOURCE-IP SOURCE-PORT}.
 *
 * @param server the pod or node that answered
 * @param client the other end, as the server sees it
 */
public record Banner(String server, InetSocketAddress client) {

  byte[] line() {
    return "%s %s %d\n"
        .formatted(server, client.getAddress().getHostAddress(), client.getPort())
        .getBytes(StandardCharsets.UTF_8);
  }

  static Banner parse(String line) throws IOException {
    List<String> words = Arrays.asList(line.strip().split(" ", -1));
    if (words.size() != 3) {
      throw new CorruptedException("not a banner: " + line);
    }
    try {
      return new Banner(
          words.getFirst(),
          new InetSocketAddress(
              InetAddress.ofLiteral(words.get(1)), Integer.parseInt(words.getLast())));
    } catch (IllegalArgumentException malformed) {
      throw new CorruptedException("not a banner: " + line);
    }
  }

  Fields toFields() {
    return Fields.of("server", server).with("client", client);
  }

  static Banner of(Fields fields) {
    return new Banner(fields.text("server"), fields.socketAddress("client"));
  }
}

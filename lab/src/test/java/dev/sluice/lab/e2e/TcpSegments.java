// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.Host;
import java.util.List;

/**
 * TCP segments that a host has sent, of both families, by TCP's own count (RFC 4022): a
 * super-packet is as many of them as it is cut into.
 */
final class TcpSegments {
  private TcpSegments() {}

  static long sentBy(Host host) {
    List<String> tcp =
        host.run("cat", "/proc/net/snmp").lines().filter(line -> line.startsWith("Tcp: ")).toList();
    List<String> names = List.of(tcp.getFirst().split(" "));
    List<String> values = List.of(tcp.getLast().split(" "));
    // OutSegs leaves out what was sent before.
    return Long.parseLong(values.get(names.indexOf("OutSegs")))
        + Long.parseLong(values.get(names.indexOf("RetransSegs")));
  }
}

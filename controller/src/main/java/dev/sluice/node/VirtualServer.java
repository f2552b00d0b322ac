// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A virtual server of IPVS, as the kernel tells them apart.
 *
 * @param protocol the IP protocol's number; 0 with a mark
 * @param address empty if it is told by a mark
 * @param port in host byte order, 0 to 65535
 * @param mark the firewall mark of its packets, or 0
 */
public record VirtualServer(
    AddressFamily family, int protocol, Optional<InetAddress> address, int port, int mark) {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int SCTP = 132;

  /** As {@code ipvsadm} would name it. */
  @Override
  public String toString() {
    if (address.isEmpty()) {
      return "FWM " + mark;
    }
    String host = address.get().getHostAddress();
    String name =
        switch (protocol) {
          case TCP -> "TCP";
          case UDP -> "UDP";
          case SCTP -> "SCTP";
          default -> "protocol " + protocol;
        };
    return family == AddressFamily.IPV4
        ? "%s %s:%d".formatted(name, host, port)
        : "%s [%s]:%d".formatted(name, host, port);
  }
}

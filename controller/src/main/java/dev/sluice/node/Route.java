// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * A route of the kernel's forwarding tables.
 *
 * @param family of the destination
 * @param destination the network's address; all zero for a default route
 * @param prefixLength 0 (a default route) to 32 or 128
 * @param table the routing table: 254 main, 255 local
 * @param type RTN_*: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable
 * @param protocol RTPROT_*: who made it (2 kernel, 3 boot, 4 static, 9 router advertisement)
 * @param scope RT_SCOPE_*
 * @param metric its priority; the lowest wins
 * @param preferredSource the address that the node's own packets take, if the route says so
 * @param nextHops at least one for a unicast route, several for multipath; empty for blackholes
 */
public record Route(
    AddressFamily family,
    InetAddress destination,
    int prefixLength,
    int table,
    int type,
    int protocol,
    int scope,
    long metric,
    Optional<InetAddress> preferredSource,
    List<NextHop> nextHops) {

  /** RT_TABLE_MAIN. */
  public static final int TABLE_MAIN = 254;

  /** RTN_UNICAST. */
  public static final int TYPE_UNICAST = 1;

  public Route {
    nextHops = List.copyOf(nextHops);
  }

  /** Whether packets to any destination may take this route. */
  public boolean isDefault() {
    return prefixLength == 0 && type == TYPE_UNICAST;
  }

  /** Whether one of its next hops leaves by this device. */
  public boolean leavesBy(int interfaceIndex) {
    return nextHops.stream().anyMatch(hop -> hop.index() == interfaceIndex);
  }

  /**
   * One way on.
   *
   * @param index the interface to leave by, or 0 if the route does not say
   * @param gateway the next router; empty if the destination is on the link. It may be an IPv6
   *     address in an IPv4 route
   * @param weight 1 to 256, for multipath
   */
  public record NextHop(int index, Optional<InetAddress> gateway, int weight) {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.trial.Call;
import dev.sluice.trial.Frames;
import dev.sluice.trial.Origin;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Who is who, in one family: documentation prefixes and private networks.
 *
 * @param vipHere of a Service with backends on this node
 * @param vipThere of one with backends on another node
 * @param vipSingle of one with a single backend, on another node
 * @param clusterIp of one that sockets call
 * @param unrelated no Service's
 */
record Addresses(
    IpAddress node,
    IpAddress vipHere,
    IpAddress vipThere,
    IpAddress vipSingle,
    IpAddress clusterIp,
    List<IpAddress> backendsHere,
    List<IpAddress> backendsThere,
    IpAddress backendSingle,
    IpAddress unrelated,
    String clients) {
  /** Connections of one client address. */
  private static final int PORTS = 60_000;

  private static final Addresses IPV4 = of("192.0.2.", "10.1.1.", "10.1.2.", "198.51.100.");
  private static final Addresses IPV6 = of("2001:db8::", "fd10:1::", "fd10:2::", "2001:db8:1::");

  static Addresses of(IpFamily family) {
    return switch (family) {
      case IPV4 -> IPV4;
      case IPV6 -> IPV6;
    };
  }

  private static Addresses of(String network, String here, String there, String clients) {
    return new Addresses(
        IpAddress.parse(network + 1),
        IpAddress.parse(network + 10),
        IpAddress.parse(network + 11),
        IpAddress.parse(network + 12),
        IpAddress.parse(network + 13),
        backends(here),
        backends(there),
        IpAddress.parse(there + 9),
        IpAddress.parse(network + 99),
        clients);
  }

  /** Enough that most source ports stay free towards each, however many flows are established. */
  private static List<IpAddress> backends(String network) {
    return IntStream.rangeClosed(10, 25).mapToObj(host -> IpAddress.parse(network + host)).toList();
  }

  private IpAddress client(int host) {
    return IpAddress.parse(clients + host);
  }

  /** A packet of the n-th client's connection to a VIP. */
  byte[] packet(int client, IpAddress vip, boolean first) {
    Call call =
        new Call(Origin.EXTERNAL, client(1 + client / PORTS), vip, Testbed.PORT, Protocol.TCP);
    return Frames.frame(call, 1024 + client % PORTS, first);
  }
}

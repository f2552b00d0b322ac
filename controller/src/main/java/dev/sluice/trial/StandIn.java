// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.node.NetworkNamespaceCookie;
import dev.sluice.node.PrivateNetwork;
import dev.sluice.node.Sysctl;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The network of a node that is not there: a namespace with the node's addresses, a device that
 * stands for its pods' and one for its NIC, with a router behind it. What is sent there goes
 * nowhere.
 */
public final class StandIn implements AutoCloseable {
  private static final String INSIDE = "inside";
  private static final String OUTSIDE = "outside";
  private static final List<String> ROUTERS = List.of("169.254.0.1", "fe80::1");

  /** A locally administered MAC address. */
  private static final String ROUTER_MAC = "02:00:00:00:00:03";

  private final PrivateNetwork network = new PrivateNetwork();
  private final int inside;
  private final int outside;
  private final long cookie;
  private Set<IpAddress> addresses = Set.of();

  /** Makes the namespace and its devices. */
  public StandIn() {
    try {
      List<String> lines = new ArrayList<>();
      for (String device : List.of(INSIDE, OUTSIDE)) {
        lines.add("link add %1$s type veth peer name %1$s-far".formatted(device));
        lines.add("link set %s arp off up".formatted(device));
        lines.add("link set %s-far up".formatted(device));
      }
      lines.add("link set lo up");
      for (String router : ROUTERS) {
        String any = router.contains(":") ? "::/0" : "0.0.0.0/0";
        lines.add("neighbour add %s lladdr %s dev %s".formatted(router, ROUTER_MAC, OUTSIDE));
        lines.add("route add %s via %s dev %s onlink".formatted(any, router, OUTSIDE));
      }
      network.configure(lines);
      // Nobody answers, not even the node itself: a refusal can only be the programs'.
      for (String device : List.of("lo", OUTSIDE)) {
        network.configureWith("tc", "qdisc", "add", "dev", device, "root", "pfifo", "limit", "0");
      }
      network.call(
          () -> {
            // Without forwarding, bpf_fib_lookup finds no route.
            Sysctl sysctl = new Sysctl(Path.of("/"));
            sysctl.write("net.ipv4.ip_forward", "1");
            sysctl.write("net.ipv6.conf.all.forwarding", "1");
            return null;
          });
      inside = network.deviceIndex(INSIDE);
      outside = network.deviceIndex(OUTSIDE);
      cookie = network.call(() -> NetworkNamespaceCookie.ofCurrentThread().orElse(0));
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /**
   * For a node that has no address of a family, so that its sockets can be opened and source NAT
   * finds an address at all (RFC 5737, RFC 3849).
   */
  public static IpAddress substitute(IpFamily family) {
    return switch (family) {
      case IPV4 -> IpAddress.parse("192.0.2.1");
      case IPV6 -> IpAddress.parse("2001:db8:ffff::1");
    };
  }

  /** Its thread does all work in the namespace. */
  public PrivateNetwork network() {
    return network;
  }

  /** Index of the device that pods are behind. */
  public int inside() {
    return inside;
  }

  /** Index of the device that stands for the NIC. */
  public int outside() {
    return outside;
  }

  /** By which programs know the namespace. */
  public long cookie() {
    return cookie;
  }

  /** Gives the node these addresses and no others. */
  public void setAddresses(Set<IpAddress> wanted) {
    Set<IpAddress> all = new LinkedHashSet<>(wanted);
    all.removeIf(IpAddress::isLoopback);
    for (IpFamily family : IpFamily.values()) {
      if (all.stream().noneMatch(address -> address.family() == family)) {
        all.add(substitute(family));
      }
    }
    List<String> lines = new ArrayList<>();
    addresses.stream()
        .filter(address -> !all.contains(address))
        .forEach(address -> lines.add("address del " + onLoopback(address)));
    all.stream()
        .filter(address -> !addresses.contains(address))
        .forEach(address -> lines.add("address add " + onLoopback(address)));
    if (!lines.isEmpty()) {
      network.configure(lines);
    }
    addresses = all;
  }

  private static String onLoopback(IpAddress address) {
    String noDetection = address.family() == IpFamily.IPV6 ? " nodad" : "";
    return address + "/" + address.family().addressBits() + " dev lo" + noDetection;
  }

  @Override
  public void close() {
    network.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.XdpPolicy;
import dev.sluice.attach.XdpUse;
import dev.sluice.dataplane.Sampling;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.RegisteredNode;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.NetworkImage;
import java.util.ArrayList;
import java.util.List;

/** What can only be judged of options and node together, before anything is installed. */
final class StartChecks {
  private StartChecks() {}

  /**
   * Refuses what kube-proxy would not start with either, XDP where it cannot be, and numbers that
   * cannot be meant.
   *
   * @throws IllegalArgumentException if the options do not fit the node
   */
  static void requireFit(RunOptions options, NetworkImage image) {
    Sampling _ = options.sampling();
    options.node().ips().forEach(ip -> requireFamily(ip, image));
    requirePrimaryFamily(
        options.proxyConfig().localTraffic(),
        NodeState.facts(options.node(), image, RegisteredNode.UNKNOWN));
    if (options.xdp() == XdpUse.REQUIRE) {
      requireXdp(options, image);
    }
  }

  /** What only a device's driver can tell is found when it is asked. */
  private static void requireXdp(RunOptions options, NetworkImage image) {
    List<String> unfit = XdpPolicy.unfit(image, options.devices());
    if (!unfit.isEmpty()) {
      throw new IllegalArgumentException(
          "--xdp=require: %s; leave the device out by --device, or use --xdp=auto"
              .formatted(String.join("; ", unfit)));
    }
  }

  /** Without so much as a loopback address, the kernel has the family switched off. */
  private static void requireFamily(IpAddress ip, NetworkImage image) {
    AddressFamily family =
        switch (ip.family()) {
          case IPV4 -> AddressFamily.IPV4;
          case IPV6 -> AddressFamily.IPV6;
        };
    if (image.localAddresses(family).isEmpty()) {
      throw new IllegalArgumentException(
          "--node-ip %s: this node has no %s address at all; leave it out, or give the node one"
              .formatted(ip, name(ip.family())));
    }
  }

  /** The primary family is that of the node's first address (rules 203 and 204). */
  private static void requirePrimaryFamily(LocalTraffic pods, NodeFacts node) {
    List<Cidr> cidrs =
        switch (pods.mode()) {
          case CLUSTER_CIDR -> pods.clusterCidrs();
          case NODE_CIDR -> node.podCidrs();
          case BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX -> List.of();
        };
    if (cidrs.isEmpty() || node.nodeIps().isEmpty()) {
      return;
    }
    IpAddress first = node.nodeIps().getFirst();
    if (cidrs.stream().noneMatch(cidr -> cidr.family() == first.family())) {
      throw new IllegalArgumentException(
          "%s has no %s network, but that is the family of this node's first address, %s: add one,"
                  .formatted(ProxyOptions.optionOf(pods.mode()), name(first.family()), first)
              + " or put the node's addresses in another order by --node-ip");
    }
  }

  /** Where NodePorts are served more widely than may be meant, a line each. */
  static List<String> nodePortWarnings(ProxyConfig config, NodeFacts node) {
    List<String> lines = new ArrayList<>();
    if (config.nodePortAddresses().isEmpty()) {
      if (config.mode() == ProxyConfig.Mode.IPTABLES) {
        lines.add(
            "--nodeport-addresses is not set: NodePorts are served on every address of the node;"
                + " consider --nodeport-addresses primary");
      }
      return lines;
    }
    for (IpFamily family : IpFamily.values()) {
      if (node.primaryIp(family).isPresent()
          && config.nodePortAddresses().stream().noneMatch(text -> speaksOf(family, text))) {
        lines.add(
            "--nodeport-addresses names no %1$s network: NodePorts are served on every %1$s address"
                    .formatted(name(family))
                + " of the node");
      }
    }
    return lines;
  }

  /** A word such as {@code primary} is about both families. */
  private static boolean speaksOf(IpFamily family, String text) {
    return !text.contains("/") || Cidr.parse(text).family() == family;
  }

  private static String name(IpFamily family) {
    return switch (family) {
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
    };
  }
}

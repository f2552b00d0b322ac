// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Set;

/**
 * How traffic of this node's pods is told from other traffic: {@code detectLocalMode}, {@code
 * clusterCIDR} and {@code detectLocal} of kube-proxy's configuration.
 *
 * @param clusterCidrs for {@link Mode#CLUSTER_CIDR}; the first of each family counts
 * @param interfaceName for {@link Mode#BRIDGE_INTERFACE} the name of the bridge, for {@link
 *     Mode#INTERFACE_NAME_PREFIX} the prefix; else ""
 */
public record LocalTraffic(Mode mode, List<Cidr> clusterCidrs, String interfaceName) {
  /** {@code detectLocalMode}. */
  public enum Mode {
    /** The source is in the cluster CIDR of the family. */
    CLUSTER_CIDR,
    /** The source is in one of this node's pod CIDRs. */
    NODE_CIDR,
    /** The packet came in by the bridge named. */
    BRIDGE_INTERFACE,
    /** The packet came in by an interface whose name begins so. */
    INTERFACE_NAME_PREFIX
  }

  public LocalTraffic {
    requireNonNull(mode, "mode");
    clusterCidrs = List.copyOf(clusterCidrs);
    requireNonNull(interfaceName, "interfaceName");
  }

  /** kube-proxy's default: by cluster CIDR, with none given. */
  public static LocalTraffic none() {
    return new LocalTraffic(Mode.CLUSTER_CIDR, List.of(), "");
  }

  /**
   * Whether pods of this family can be recognised at all. If not, pods count as clients from
   * outside the node.
   */
  public boolean recognisesPods(IpFamily family, NodeFacts node) {
    return switch (mode) {
      case CLUSTER_CIDR -> clusterCidrs.stream().anyMatch(cidr -> cidr.family() == family);
      case NODE_CIDR -> node.podCidrs().stream().anyMatch(cidr -> cidr.family() == family);
      case BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX -> !interfaceName.isEmpty();
    };
  }

  /**
   * The networks that pods are recognised by. The modes by interface name go by the devices
   * instead, so they have none.
   */
  public Set<Cidr> podNetworks(NodeFacts node) {
    return switch (mode) {
      case CLUSTER_CIDR -> Set.copyOf(clusterCidrs);
      case NODE_CIDR -> Set.copyOf(node.podCidrs());
      case BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX -> Set.of();
    };
  }
}

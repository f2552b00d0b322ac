// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
    CLUSTER_CIDR("ClusterCIDR"),
    /** The source is in this node's pod CIDR of the family. */
    NODE_CIDR("NodeCIDR"),
    /** The packet came in by the bridge named. */
    BRIDGE_INTERFACE("BridgeInterface"),
    /** The packet came in by an interface whose name begins so. */
    INTERFACE_NAME_PREFIX("InterfaceNamePrefix");

    private final String word;

    Mode(String word) {
      this.word = word;
    }

    /** As kube-proxy's configuration spells it. */
    public String word() {
      return word;
    }
  }

  public LocalTraffic {
    requireNonNull(mode, "mode");
    clusterCidrs = List.copyOf(clusterCidrs);
    requireNonNull(interfaceName, "interfaceName");
    if (interfaceName.isEmpty()) {
      switch (mode) {
        case CLUSTER_CIDR, NODE_CIDR -> {}
        case BRIDGE_INTERFACE ->
            throw new IllegalArgumentException(
                "detect-local-mode BridgeInterface needs the bridge's name"
                    + " (--pod-bridge-interface)");
        case INTERFACE_NAME_PREFIX ->
            throw new IllegalArgumentException(
                "detect-local-mode InterfaceNamePrefix needs a prefix that is not empty"
                    + " (--pod-interface-name-prefix)");
      }
    }
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
      case CLUSTER_CIDR, NODE_CIDR ->
          podNetworks(node).stream().anyMatch(cidr -> cidr.family() == family);
      case BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX -> true;
    };
  }

  /**
   * The networks that pods are recognised by: one of each family, the first. The modes by interface
   * name go by the devices instead, so they have none.
   */
  public Set<Cidr> podNetworks(NodeFacts node) {
    return switch (mode) {
      case CLUSTER_CIDR -> firstOfEachFamily(clusterCidrs);
      case NODE_CIDR -> firstOfEachFamily(node.podCidrs());
      case BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX -> Set.of();
    };
  }

  private static Set<Cidr> firstOfEachFamily(List<Cidr> cidrs) {
    Map<IpFamily, Cidr> first = new EnumMap<>(IpFamily.class);
    cidrs.forEach(cidr -> first.putIfAbsent(cidr.family(), cidr));
    return Set.copyOf(first.values());
  }

  /**
   * Whether all that enters the node's stack by an interface of this name counts as pods' traffic.
   */
  public boolean recognisesInterface(String name) {
    return switch (mode) {
      case CLUSTER_CIDR, NODE_CIDR -> false;
      case BRIDGE_INTERFACE -> name.equals(interfaceName);
      case INTERFACE_NAME_PREFIX -> name.startsWith(interfaceName);
    };
  }
}

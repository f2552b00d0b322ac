// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** {@code detectLocalMode}: which packets come from this node's pods. */
@FunctionalInterface
interface PodDetector {
  /** Whether kube-proxy takes the sender for a pod of this node. */
  boolean isPod(Packet packet);

  static PodDetector read(JsonNode config, Node node) {
    return switch (Fields.text(config, "detectLocalMode")) {
      case "", "ClusterCIDR" -> bySource(clusterCidrs(config)); // rule 141
      case "NodeCIDR" -> bySource(node.podCidrs()); // rule 142
      // Rules 143, 144: pods are behind the device that is meant. The node's own traffic comes in
      // by no device (rule 145).
      case "BridgeInterface", "InterfaceNamePrefix" -> packet -> packet.from() == Packet.From.POD;
      default -> throw new IllegalArgumentException(config.toString());
    };
  }

  private static List<Network> clusterCidrs(JsonNode config) {
    return Stream.of(Fields.text(config, "clusterCIDR").split(",", -1))
        .filter(Predicate.not(String::isEmpty))
        .map(Network::parse)
        .toList();
  }

  /** The first network of the packet's family counts; without one nothing is detected. */
  private static PodDetector bySource(List<Network> networks) {
    return packet -> {
      Optional<Network> first =
          networks.stream()
              .filter(network -> network.isIpv4() == packet.source().isIpv4())
              .findFirst();
      return first.isPresent() && first.get().contains(packet.source());
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * This node.
 *
 * @param addresses of its interfaces, the node's own IPs first (rule 201)
 * @param zone empty without the label, or with an empty one (rule 57)
 */
record Node(String name, List<Ip> addresses, List<Network> podCidrs, Optional<String> zone) {
  static Node read(JsonNode node) {
    return new Node(
        Fields.text(node, "name"),
        Fields.texts(node, "addresses").stream().map(Ip::parse).toList(),
        Fields.networks(node, "podCIDRs"),
        Optional.of(Fields.text(node, "zone")).filter(zone -> !zone.isEmpty()));
  }

  boolean has(Ip address) {
    return addresses.contains(address);
  }

  /** The node IP of the family (rule 202). */
  Optional<Ip> primary(boolean ipv4) {
    return addresses.stream()
        .filter(address -> address.isIpv4() == ipv4 && !address.isLoopback())
        .findFirst();
  }

  /** Whether an endpoint is on this node; one without a node name never is (rule 33). */
  boolean isHere(Optional<String> nodeName) {
    return nodeName.equals(Optional.of(name));
  }

  Stream<Ip> ownIps() {
    return Stream.of(primary(true), primary(false)).flatMap(Optional::stream);
  }
}

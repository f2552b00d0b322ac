// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of the node Sluice runs on.
 *
 * @param name the name that {@code nodeName} of local endpoints and node hints hold
 * @param addresses every address of the node's interfaces, of both families; loopback addresses may
 *     be among them
 * @param nodeIps the node's own addresses (kube-proxy's "node IP"), best first; the first of each
 *     family is the primary one
 * @param podCidrs {@code spec.podCIDRs} of the Node
 * @param zone the value of the label {@link WellKnown#ZONE}; empty without one
 * @param labels the Node's labels
 */
public record NodeFacts(
    String name,
    Set<IpAddress> addresses,
    List<IpAddress> nodeIps,
    List<Cidr> podCidrs,
    Optional<String> zone,
    Map<String, String> labels) {
  public NodeFacts {
    requireNonNull(name, "name");
    addresses = Set.copyOf(addresses);
    nodeIps = List.copyOf(nodeIps);
    podCidrs = List.copyOf(podCidrs);
    zone = zone.filter(value -> !value.isEmpty());
    labels = Map.copyOf(labels);
  }

  /** A node whose labels say its zone. */
  public static NodeFacts of(
      String name,
      Set<IpAddress> addresses,
      List<IpAddress> nodeIps,
      List<Cidr> podCidrs,
      Map<String, String> labels) {
    return new NodeFacts(
        name,
        addresses,
        nodeIps,
        podCidrs,
        Optional.ofNullable(labels.get(WellKnown.ZONE)),
        labels);
  }

  /** The primary address of the family, if the node has one. */
  public Optional<IpAddress> primaryIp(IpFamily family) {
    return nodeIps.stream().filter(address -> address.family() == family).findFirst();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * What a cluster knows of this node: those facts of its Node object that can change what packets or
 * load balancers meet.
 *
 * @param zone the label {@link WellKnown#ZONE}; empty without one
 * @param podCidrs {@code spec.podCIDRs}
 * @param addresses its addresses, internal ones before external ones; the first of each family is
 *     "the node's IP" to kube-proxy
 * @param eligible whether load balancers may choose it for any Service: it exists, is not being
 *     deleted and has no taint {@link WellKnown#TO_BE_DELETED} (rule 212)
 */
public record RegisteredNode(
    Optional<String> zone, List<Cidr> podCidrs, List<IpAddress> addresses, boolean eligible) {

  /** A node of which no cluster says anything. */
  public static final RegisteredNode UNKNOWN =
      new RegisteredNode(Optional.empty(), List.of(), List.of(), false);

  /** A node that load balancers may choose. */
  public RegisteredNode(Optional<String> zone, List<Cidr> podCidrs, List<IpAddress> addresses) {
    this(zone, podCidrs, addresses, true);
  }

  public RegisteredNode {
    requireNonNull(zone, "zone");
    podCidrs = List.copyOf(podCidrs);
    addresses = List.copyOf(addresses);
  }
}

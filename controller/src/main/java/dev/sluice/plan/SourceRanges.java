// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.Service;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Who may use the load balancer addresses of a Service in one family.
 *
 * @param ranges sorted; empty if everybody may. Ranges of the other family alone restrict nobody
 * @param nodeAdmitted whether the node's own address is among them
 */
record SourceRanges(List<Cidr> ranges, boolean nodeAdmitted) {
  static final SourceRanges EVERYBODY = new SourceRanges(List.of(), true);

  /**
   * @param ingress the Service's load balancer addresses of this family. Where the node may come
   *     in, so may they as a source: a node that talks to such an address can have it as its own
   */
  static SourceRanges of(
      Service service, IpFamily family, List<IpAddress> ingress, NodeFacts node, Notes notes) {
    TreeSet<Cidr> ranges = new TreeSet<>();
    for (String text : service.sourceRanges()) {
      notes
          .cidr("an entry of loadBalancerSourceRanges", text)
          .filter(cidr -> cidr.family() == family)
          .ifPresent(ranges::add);
    }
    if (ranges.isEmpty()) {
      return EVERYBODY;
    }
    Optional<IpAddress> nodeIp = node.primaryIp(family);
    boolean nodeAdmitted =
        nodeIp.isPresent() && ranges.stream().anyMatch(cidr -> cidr.contains(nodeIp.get()));
    if (nodeAdmitted) {
      ingress.forEach(address -> ranges.add(Cidr.ofSingle(address)));
    }
    return new SourceRanges(List.copyOf(ranges), nodeAdmitted);
  }
}

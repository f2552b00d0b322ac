// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a packet meets at the Service port that it reaches. */
final class Policies {
  private final Node node;
  private final Settings settings;
  private final Slices slices;

  Policies(Node node, Settings settings, Slices slices) {
    this.node = node;
    this.settings = settings;
    this.slices = slices;
  }

  Ruling apply(Claim claim, Packet packet) {
    Set<Integer> rules = new HashSet<>();
    boolean ipv4 = packet.destination().isIpv4();
    EndpointChoice endpoints =
        new EndpointChoice(node, slices.endpoints(claim.service(), claim.port(), ipv4, rules));
    boolean refused = claim.way() == Claim.Way.VIP && !admits(claim.service(), packet, rules);
    if (refused && (settings.nftables() || endpoints.hasAny())) {
      rules.add(endpoints.hasAny() ? 101 : 104); // dropped also for pods and the node itself
      return Ruling.of(Ruling.Kind.DROP, rules);
    }
    if (!endpoints.hasAny()) {
      rules.add(refused ? 104 : 147);
      return Ruling.of(Ruling.Kind.REJECT, rules);
    }
    Set<Backend> backends =
        usesLocalList(claim, packet, rules) ? endpoints.local(rules) : endpoints.cluster(rules);
    if (backends.isEmpty()) {
      rules.add(149);
      return Ruling.of(Ruling.Kind.DROP, rules);
    }
    return new Ruling(Ruling.Kind.FORWARD, backends, pin(claim, ipv4), rules);
  }

  /** Rule 154: pinned for each Service port; rule 155: whichever way it is reached. */
  private static Optional<String> pin(Claim claim, boolean ipv4) {
    return claim.service().affinity()
        ? Optional.of(claim.service().key() + claim.port() + (ipv4 ? " IPv4" : " IPv6"))
        : Optional.empty();
  }

  /** Source ranges restrict ingress IPs alone (rule 101). */
  private boolean admits(ServiceObject service, Packet packet, Set<Integer> rules) {
    List<Network> ranges = service.sourceRanges(packet.destination().isIpv4());
    if (ranges.isEmpty()) {
      if (!service.sourceRanges().isEmpty()) {
        rules.add(103);
      }
      return true;
    }
    if (ranges.stream().anyMatch(range -> range.contains(packet.source()))) {
      return true;
    }
    boolean nodeMayCome =
        node.ownIps().anyMatch(ip -> ranges.stream().anyMatch(range -> range.contains(ip)));
    boolean asVip = nodeMayCome && service.vips().contains(packet.source());
    if (asVip) {
      rules.add(102);
    }
    return asVip;
  }

  private boolean usesLocalList(Claim claim, Packet packet, Set<Integer> rules) {
    if (claim.way() == Claim.Way.CLUSTER_IP) { // rule 47: nothing but the internal policy
      rules.add(claim.service().internalLocal() ? 66 : 65);
      return claim.service().internalLocal();
    }
    if (!claim.service().externalLocal()) {
      rules.add(129);
      return false;
    }
    if (packet.from() == Packet.From.NODE) {
      rules.add(124);
      return false;
    }
    if (settings.detector().isPod(packet)) {
      rules.add(123);
      return false;
    }
    rules.add(121);
    return true;
  }
}

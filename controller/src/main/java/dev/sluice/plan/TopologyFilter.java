// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.NodeFacts;
import dev.sluice.plan.Route.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Narrows ready endpoints to those that are hinted to this node or, failing that, to its zone.
 *
 * <p>A kind of hint counts only if every ready endpoint bears one and at least one names this
 * place; a single endpoint without a hint switches it off, which keeps roll-outs safe (KEP-2433,
 * KEP-3015). The Service's own {@code trafficDistribution} and annotations are not read: the
 * EndpointSlice controller has turned them into these hints.
 */
final class TopologyFilter {
  private final String nodeName;
  private final Optional<String> zone;

  TopologyFilter(NodeFacts node) {
    this.nodeName = node.name();
    this.zone = node.zone();
  }

  /** The endpoints to use, and whether hints chose them. {@code ready} must not be empty. */
  Selection narrow(List<MergedEndpoint> ready) {
    if (hintsApply(ready, MergedEndpoint::nodeHints, nodeName)) {
      return hinted(ready, MergedEndpoint::nodeHints, nodeName, Reason.NODE_HINTS);
    }
    if (zone.isPresent() && hintsApply(ready, MergedEndpoint::zoneHints, zone.get())) {
      return hinted(ready, MergedEndpoint::zoneHints, zone.get(), Reason.ZONE_HINTS);
    }
    return Selection.of(ready, Reason.READY);
  }

  private static boolean hintsApply(
      List<MergedEndpoint> ready, Function<MergedEndpoint, Set<String>> hints, String here) {
    boolean anyHere = false;
    for (MergedEndpoint endpoint : ready) {
      Set<String> places = hints.apply(endpoint);
      if (places.isEmpty()) {
        return false;
      }
      anyHere |= places.contains(here);
    }
    return anyHere;
  }

  private static Selection hinted(
      List<MergedEndpoint> ready,
      Function<MergedEndpoint, Set<String>> hints,
      String here,
      Reason reason) {
    return Selection.of(
        ready.stream().filter(endpoint -> hints.apply(endpoint).contains(here)).toList(), reason);
  }
}

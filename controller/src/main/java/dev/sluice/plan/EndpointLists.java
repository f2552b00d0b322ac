// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.plan.Route.Reason;
import java.util.List;
import java.util.function.Predicate;

/**
 * The two lists of a Service port, from which every route takes its backends. Each falls back to
 * endpoints that are terminating but still serving on its own (KEP-1669); an endpoint that is
 * neither ready nor terminating is in none of them.
 *
 * @param cluster the ready endpoints, narrowed by topology
 * @param local the ready endpoints on this node; hints do not matter
 * @param serving every endpoint that is serving
 * @param hasEndpoints whether any endpoint anywhere could be used: it tells reject from drop
 */
record EndpointLists(
    Selection cluster, Selection local, List<Backend> serving, boolean hasEndpoints) {

  static EndpointLists of(List<MergedEndpoint> endpoints, TopologyFilter topology) {
    List<MergedEndpoint> ready = filter(endpoints, MergedEndpoint::ready);
    List<MergedEndpoint> fallback = filter(endpoints, MergedEndpoint::servingWhileTerminating);
    boolean hasEndpoints = !ready.isEmpty() || !fallback.isEmpty();
    Selection cluster =
        ready.isEmpty() ? fallbackOr(Reason.NONE_ANYWHERE, fallback) : topology.narrow(ready);
    List<MergedEndpoint> localReady = filter(ready, MergedEndpoint::local);
    Selection local =
        localReady.isEmpty()
            ? fallbackOr(
                hasEndpoints ? Reason.NONE_HERE : Reason.NONE_ANYWHERE,
                filter(fallback, MergedEndpoint::local))
            : Selection.of(localReady, Reason.READY);
    // Ready without serving contradicts itself; it gets new traffic, so its flows are not stale.
    List<Backend> serving =
        filter(endpoints, endpoint -> endpoint.serving() || endpoint.ready()).stream()
            .map(MergedEndpoint::backend)
            .toList();
    return new EndpointLists(cluster, local, serving, hasEndpoints);
  }

  private static Selection fallbackOr(Reason none, List<MergedEndpoint> fallback) {
    return Selection.of(fallback, fallback.isEmpty() ? none : Reason.TERMINATING_FALLBACK);
  }

  private static List<MergedEndpoint> filter(
      List<MergedEndpoint> endpoints, Predicate<MergedEndpoint> predicate) {
    return endpoints.stream().filter(predicate).toList();
  }
}

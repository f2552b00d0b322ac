// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What happens to the packets of one port of a Service in one family.
 *
 * @param frontends in order of kind, then address; no two with the same address and port
 * @param servingBackends every endpoint that is serving, whether or not any route uses it: UDP
 *     flows to any other address are stale. Sorted
 * @param affinitySeconds for how long after its last new connection a client keeps its backend, in
 *     seconds; 0 for no session affinity
 * @param hasEndpoints whether any endpoint anywhere is ready, or serving and terminating; if none
 *     is, every route rejects
 */
public record PortPlan(
    PortKey key,
    List<Frontend> frontends,
    List<Backend> servingBackends,
    int affinitySeconds,
    boolean hasEndpoints) {
  public PortPlan {
    requireNonNull(key, "key");
    frontends = List.copyOf(frontends);
    servingBackends = List.copyOf(servingBackends);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.Set;

/**
 * An endpoint of an EndpointSlice, with the defaults of absent conditions filled in (ready and
 * serving true, terminating false).
 *
 * @param address the first of its addresses, as written; the others have no meaning
 * @param nodeName the node it is on; empty if unknown
 * @param zoneHints the zones that should use it ({@code hints.forZones})
 * @param nodeHints the nodes that should use it ({@code hints.forNodes})
 */
public record Endpoint(
    String address,
    Optional<String> nodeName,
    boolean ready,
    boolean serving,
    boolean terminating,
    Set<String> zoneHints,
    Set<String> nodeHints) {
  public Endpoint {
    requireNonNull(address, "address");
    requireNonNull(nodeName, "nodeName");
    zoneHints = Set.copyOf(zoneHints);
    nodeHints = Set.copyOf(nodeHints);
  }
}

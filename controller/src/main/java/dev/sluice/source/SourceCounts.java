// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What a source has done since it was started.
 *
 * @param serviceChanges changes of Services that matter to plans, each one, however many are told
 *     together (rule 288)
 * @param endpointChanges the same of EndpointSlices
 * @param servicesPending Services with changes that are not told yet
 * @param endpointsPending Services with changes of their slices that are not told yet
 * @param lists how often each resource was listed in full
 * @param lastContact when a server last answered or told something
 * @param requests by what came of them
 */
public record SourceCounts(
    long serviceChanges,
    long endpointChanges,
    int servicesPending,
    int endpointsPending,
    Map<String, Long> lists,
    Optional<Instant> lastContact,
    Map<Request, Long> requests) {

  /** Of a source that asks nobody. */
  public static SourceCounts ofChanges(long serviceChanges, long endpointChanges) {
    return new SourceCounts(
        serviceChanges, endpointChanges, 0, 0, Map.of(), Optional.empty(), Map.of());
  }

  public SourceCounts {
    lists = Map.copyOf(lists);
    requests = Map.copyOf(requests);
  }

  /**
   * Requests of one kind.
   *
   * @param code the HTTP status, or {@code <error>} if there was no answer
   * @param host and port
   */
  public record Request(String code, String method, String host) {}
}

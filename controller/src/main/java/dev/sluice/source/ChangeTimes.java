// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import dev.sluice.model.IpFamily;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * When changes came about that a source tells together.
 *
 * @param seenNanos for each changed Service, when the source first saw it ({@link System#nanoTime})
 * @param triggers when what led to changes of endpoints happened, as their slices say (rule 219)
 */
public record ChangeTimes(List<Long> seenNanos, Map<IpFamily, List<Instant>> triggers) {
  /** Nothing is known. */
  public static final ChangeTimes NONE = new ChangeTimes(List.of(), Map.of());

  public ChangeTimes {
    seenNanos = List.copyOf(seenNanos);
    triggers = Map.copyOf(triggers);
  }
}

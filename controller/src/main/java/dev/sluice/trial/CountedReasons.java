// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.LoadedObjects;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** What the programs have counted since some moment, at whatever hook. */
public final class CountedReasons {
  private final LoadedObjects objects;
  private final Map<Reason, Long> before;

  private CountedReasons(LoadedObjects objects) {
    this.objects = objects;
    this.before = sums(objects);
  }

  /** Begins now. */
  public static CountedReasons from(LoadedObjects objects) {
    return new CountedReasons(objects);
  }

  /** The reasons that have been counted. */
  public Set<Reason> since() {
    Set<Reason> counted = EnumSet.noneOf(Reason.class);
    sums(objects)
        .forEach(
            (reason, count) -> {
              if (count > before.getOrDefault(reason, 0L)) {
                counted.add(reason);
              }
            });
    return counted;
  }

  private static Map<Reason, Long> sums(LoadedObjects objects) {
    Map<Reason, Long> sums = new EnumMap<>(Reason.class);
    Counters.verdicts(objects)
        .values()
        .forEach(row -> row.forEach((reason, count) -> sums.merge(reason, count, Long::sum)));
    return sums;
  }
}

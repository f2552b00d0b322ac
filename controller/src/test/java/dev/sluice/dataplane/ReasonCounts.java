// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Limits;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Reason;
import dev.sluice.loader.BpfMap;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** What a hook has counted up to a moment. */
final class ReasonCounts {
  private final BpfMap stats;
  private final Hook hook;
  private final long[] counts;

  private ReasonCounts(BpfMap stats, Hook hook) {
    this.stats = stats;
    this.hook = hook;
    this.counts = read(stats, hook);
  }

  static ReasonCounts now(LoadedObjects objects, Hook hook) {
    return new ReasonCounts(objects.map(MapNames.STATS), hook);
  }

  /** The reasons counted since, in the order of the enumeration. */
  List<Reason> since() {
    long[] now = read(stats, hook);
    List<Reason> counted = new ArrayList<>();
    for (Reason reason : Reason.values()) {
      for (long i = counts[reason.value()]; i < now[reason.value()]; i++) {
        counted.add(reason);
      }
    }
    return counted;
  }

  private static long[] read(BpfMap stats, Hook hook) {
    long[] counts = new long[Limits.STATS_ROW];
    try (Arena arena = Arena.ofConfined()) {
      for (Reason reason : Reason.values()) {
        int index = hook.value() * Limits.STATS_ROW + reason.value();
        stats.lookupPerCpu(
            arena.allocateFrom(ValueLayout.JAVA_INT, index),
            (cpu, value) ->
                counts[reason.value()] += value.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
      }
    }
    return counts;
  }
}

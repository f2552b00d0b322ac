// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.ServiceCounters;
import dev.sluice.loader.BpfMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives out the ids of Service ports, which are the indexes of their counters. 0 is nobody's. */
final class ServiceIds {
  private final BpfMap counters;
  private final Set<Integer> restored = new HashSet<>();
  private final Deque<Integer> returned = new ArrayDeque<>();
  private int next = 1;

  ServiceIds(BpfMap counters, Map<FrontendKey, ServiceValue> written) {
    this.counters = counters;
    written.values().forEach(value -> restored.add(value.id()));
    next = restored.stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
    for (int id = 1; id < next; id++) {
      if (!restored.contains(id)) {
        returned.add(id);
      }
    }
  }

  /**
   * An id for a Service port.
   *
   * @param known what the kernel holds under the port's frontends: an earlier agent's id for it
   */
  int acquire(Collection<ServiceValue> known) {
    for (ServiceValue value : known) {
      if (restored.remove(value.id())) {
        return value.id();
      }
    }
    Integer id = returned.poll();
    if (id != null) {
      clearCounters(id);
      return id;
    }
    if (next >= counters.maxEntries()) {
      throw new DataplaneException(
          "no id for another Service port: all %d of the map '%s' are taken; give it more (--services)"
              .formatted(counters.maxEntries() - 1, counters.name()));
    }
    return next++;
  }

  void release(int id) {
    returned.add(id);
  }

  /** Gives back what an earlier agent used and nobody has claimed. */
  void sweep() {
    List.copyOf(restored).forEach(this::release);
    restored.clear();
  }

  private void clearCounters(int id) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zeroes =
          arena.allocate((long) ServiceCounters.SIZE * Counters.possibleCpus(), Long.BYTES);
      counters.update(arena.allocateFrom(ValueLayout.JAVA_INT, id), zeroes);
    }
  }
}

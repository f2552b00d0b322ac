// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.loader.BpfMap;
import dev.sluice.model.Cidr;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The sources that Service ports admit, by the port's id; under id 0 the networks of pods, by which
 * the local-traffic detector tells them from others.
 */
final class SourceRangeTable {
  /** The owner of the pod networks. */
  static final int POD_NETWORKS = 0;

  private final Map<FamilyLayout, BpfMap> maps;
  private final Map<Integer, Set<Cidr>> written = new HashMap<>();

  SourceRangeTable(Map<FamilyLayout, BpfMap> maps) {
    this.maps = Map.copyOf(maps);
    maps.forEach((layout, map) -> map.forEach((key, value) -> restore(layout, key)));
  }

  private void restore(FamilyLayout layout, MemorySegment key) {
    int owner = Bytes.word(key, layout.source.service());
    Cidr range =
        new Cidr(
            Bytes.address(key, layout.source.address(), layout.family),
            Bytes.word(key, layout.source.prefixLength()) - Integer.SIZE);
    written.computeIfAbsent(owner, id -> new HashSet<>()).add(range);
  }

  /** Admits these and, once they are in, no others. */
  void set(int owner, Set<Cidr> ranges) {
    Set<Cidr> before = written.getOrDefault(owner, Set.of());
    for (Cidr range : ranges) {
      if (!before.contains(range)) {
        insert(owner, range);
      }
    }
    for (Cidr range : before) {
      if (!ranges.contains(range)) {
        delete(owner, range);
      }
    }
    if (ranges.isEmpty()) {
      written.remove(owner);
    } else {
      written.put(owner, new HashSet<>(ranges));
    }
  }

  /** Removes what an earlier agent left for owners that are not there any more. */
  void retain(Set<Integer> owners) {
    for (int owner : Set.copyOf(written.keySet())) {
      if (owner != POD_NETWORKS && !owners.contains(owner)) {
        set(owner, Set.of());
      }
    }
  }

  private void insert(int owner, Cidr range) {
    try (Arena arena = Arena.ofConfined()) {
      FamilyLayout layout = FamilyLayout.of(range.family());
      maps.get(layout)
          .update(key(arena, layout, owner, range), arena.allocate(ValueLayout.JAVA_INT));
    }
  }

  private void delete(int owner, Cidr range) {
    try (Arena arena = Arena.ofConfined()) {
      FamilyLayout layout = FamilyLayout.of(range.family());
      maps.get(layout).delete(key(arena, layout, owner, range));
    }
  }

  private static MemorySegment key(Arena arena, FamilyLayout layout, int owner, Cidr range) {
    MemorySegment key = arena.allocate(layout.source.size(), Long.BYTES);
    Bytes.putWord(key, layout.source.prefixLength(), Integer.SIZE + range.prefixLength());
    Bytes.putWord(key, layout.source.service(), owner);
    Bytes.putAddress(key, layout.source.address(), range.network());
    return key;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.loader.BpfMap;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortKey;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The Service maps of both families. Several Service ports may claim one frontend; the one of the
 * better kind has it, then the one whose name sorts first ({@link Frontend.Kind}). Knows what the
 * kernel holds, and writes only what differs.
 */
final class FrontendTable {
  /** Who wants a frontend, in order of precedence. */
  private record Claimant(Frontend.Kind kind, PortKey port) implements Comparable<Claimant> {
    private static final Comparator<Claimant> ORDER =
        Comparator.comparing(Claimant::kind).thenComparing(Claimant::port);

    @Override
    public int compareTo(Claimant other) {
      return ORDER.compare(this, other);
    }
  }

  private final Map<FamilyLayout, BpfMap> maps = new EnumMap<>(FamilyLayout.class);
  private final FrontendFilter filter;
  private final Map<FrontendKey, NavigableMap<Claimant, ServiceValue>> claims = new HashMap<>();
  private final Map<FrontendKey, ServiceValue> written = new HashMap<>();

  FrontendTable(Map<FamilyLayout, BpfMap> maps, FrontendFilter filter) {
    this.maps.putAll(maps);
    this.filter = filter;
    maps.forEach(
        (layout, map) ->
            map.forEach(
                (key, value) ->
                    FrontendKey.read(layout, key)
                        .ifPresent(frontend -> written.put(frontend, ServiceValue.read(value)))));
  }

  /** What the kernel holds. */
  Map<FrontendKey, ServiceValue> written() {
    return Collections.unmodifiableMap(written);
  }

  /** Entries of one family's map. */
  long count(FamilyLayout layout) {
    return written.keySet().stream().filter(frontend -> frontend.layout() == layout).count();
  }

  /** Entries that one family's map can have. */
  int capacity(FamilyLayout layout) {
    return maps.get(layout).maxEntries();
  }

  Optional<ServiceValue> written(FrontendKey frontend) {
    return Optional.ofNullable(written.get(frontend));
  }

  /** The Service port that has a frontend. */
  Optional<PortKey> holder(FrontendKey frontend) {
    return Optional.ofNullable(claims.get(frontend)).map(claimants -> claimants.firstKey().port());
  }

  /** Claims a frontend, or changes what it is to say. The map update is the commit. */
  void put(FrontendKey frontend, Frontend.Kind kind, PortKey port, ServiceValue value) {
    NavigableMap<Claimant, ServiceValue> claimants = claims.get(frontend);
    if (claimants == null) {
      claimants = new TreeMap<>();
      claims.put(frontend, claimants);
      filter.acquire(FilterHash.bit(frontend.address(), frontend.port(), frontend.protocol()));
    }
    claimants.keySet().removeIf(claimant -> claimant.port().equals(port));
    claimants.put(new Claimant(kind, port), value);
    commit(frontend, claimants.firstEntry().getValue());
  }

  /** Gives up a claim; the next claimant gets the frontend, if there is one. */
  void remove(FrontendKey frontend, PortKey port) {
    NavigableMap<Claimant, ServiceValue> claimants = claims.get(frontend);
    if (claimants == null
        || !claimants.keySet().removeIf(claimant -> claimant.port().equals(port))) {
      return;
    }
    if (claimants.isEmpty()) {
      claims.remove(frontend);
      delete(frontend);
      filter.release(FilterHash.bit(frontend.address(), frontend.port(), frontend.protocol()));
    } else {
      commit(frontend, claimants.firstEntry().getValue());
    }
  }

  /** Deletes what an earlier agent left and nobody has claimed. */
  void sweep() {
    List<FrontendKey> orphans =
        written.keySet().stream().filter(frontend -> !claims.containsKey(frontend)).toList();
    new ArrayList<>(orphans).forEach(this::delete);
  }

  /** Frontends that more than one Service port claims: the ports, the one that has it first. */
  Map<FrontendKey, List<PortKey>> clashes() {
    Map<FrontendKey, List<PortKey>> clashes = new HashMap<>();
    claims.forEach(
        (frontend, claimants) -> {
          if (claimants.size() > 1) {
            clashes.put(frontend, claimants.keySet().stream().map(Claimant::port).toList());
          }
        });
    return clashes;
  }

  private void commit(FrontendKey frontend, ServiceValue value) {
    if (value.equals(written.get(frontend))) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      maps.get(frontend.layout()).update(frontend.write(arena), value.write(arena));
    }
    written.put(frontend, value);
  }

  private void delete(FrontendKey frontend) {
    try (Arena arena = Arena.ofConfined()) {
      maps.get(frontend.layout()).delete(frontend.write(arena));
    }
    written.remove(frontend);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.MapNames;
import dev.sluice.loader.BpfMap;
import dev.sluice.model.IpFamily;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What the programs remember of connections. Only for programs that carry no traffic: a running
 * agent never forgets a flow like this.
 */
public final class FlowState {
  private final List<BpfMap> established;
  private final List<BpfMap> halfOpen;
  private final Map<IpFamily, BpfMap> pins;

  public FlowState(LoadedObjects objects) {
    this.established = List.of(objects.map(MapNames.FLOW4), objects.map(MapNames.FLOW6));
    this.halfOpen = List.of(objects.map(MapNames.EMBRYO4), objects.map(MapNames.EMBRYO6));
    this.pins =
        Map.of(
            IpFamily.IPV4, objects.map(MapNames.AFFINITY4),
            IpFamily.IPV6, objects.map(MapNames.AFFINITY6));
  }

  /** Forgets every flow. */
  public void forgetFlows() {
    established.forEach(FlowState::clear);
    forgetHalfOpenFlows();
  }

  /** Forgets the flows of which no reply has been seen. */
  public void forgetHalfOpenFlows() {
    halfOpen.forEach(FlowState::clear);
  }

  /** Forgets which backends clients are pinned to. */
  public void forgetPins() {
    pins.values().forEach(FlowState::clear);
  }

  /** Forgets which backends clients of one family are pinned to. */
  public void forgetPins(IpFamily family) {
    clear(pins.get(family));
  }

  private static void clear(BpfMap map) {
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> keys = new ArrayList<>();
      map.forEach(
          (key, value) -> keys.add(arena.allocate(key.byteSize(), Long.BYTES).copyFrom(key)));
      keys.forEach(map::delete);
    }
  }
}

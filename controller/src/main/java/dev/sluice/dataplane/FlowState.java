// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.MapNames;
import dev.sluice.loader.BpfMap;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What the programs remember of connections. Only for programs that carry no traffic: a running
 * agent never forgets a flow like this.
 */
public final class FlowState {
  private final List<BpfMap> flows;
  private final List<BpfMap> pins;

  public FlowState(LoadedObjects objects) {
    this.flows =
        List.of(
            objects.map(MapNames.FLOW4),
            objects.map(MapNames.FLOW6),
            objects.map(MapNames.EMBRYO4),
            objects.map(MapNames.EMBRYO6));
    this.pins = List.of(objects.map(MapNames.AFFINITY4), objects.map(MapNames.AFFINITY6));
  }

  /** Forgets every flow. */
  public void forgetFlows() {
    flows.forEach(FlowState::clear);
  }

  /** Forgets which backends clients are pinned to. */
  public void forgetPins() {
    pins.forEach(FlowState::clear);
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

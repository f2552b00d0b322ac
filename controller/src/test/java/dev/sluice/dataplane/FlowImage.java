// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.loader.BpfMap;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All flows in a node's maps at a moment, without the next hops that XDP has noted with them.
 *
 * @param entries by map and key
 */
record FlowImage(Map<String, Entry> entries) {
  /** The tag of an entry is over its key and its creation number; it comes first. */
  private static final int TAG = 0;

  private static final int WORD = Integer.BYTES;

  /**
   * An entry.
   *
   * @param rest all that is not said by the other two
   */
  record Entry(int created, int lastSeen, String rest) {}

  static FlowImage of(LoadedObjects objects) {
    Map<String, Entry> entries = new HashMap<>();
    for (FamilyLayout layout : FamilyLayout.values()) {
      for (String name : List.of(layout.flowMap, layout.embryoMap)) {
        BpfMap map = objects.map(name);
        map.forEach(
            (key, value) ->
                entries.put(
                    name + " " + HexFormat.of().formatHex(bytes(key)), entry(layout, value)));
      }
    }
    return new FlowImage(entries);
  }

  private static Entry entry(FamilyLayout layout, MemorySegment value) {
    byte[] flow = bytes(value.asSlice(0, layout.flow.size()));
    for (int field : List.of(TAG, layout.flow.created(), layout.flow.lastSeen())) {
      Arrays.fill(flow, field, field + WORD, (byte) 0);
    }
    return new Entry(
        Bytes.word(value, layout.flow.created()),
        Bytes.word(value, layout.flow.lastSeen()),
        HexFormat.of().formatHex(flow));
  }

  private static byte[] bytes(MemorySegment memory) {
    return memory.toArray(ValueLayout.JAVA_BYTE);
  }

  /** The creation numbers of all flows. */
  Set<Integer> created() {
    Set<Integer> created = new HashSet<>();
    entries.values().forEach(entry -> created.add(entry.created));
    return created;
  }

  /**
   * Fails unless another node has the same flows.
   *
   * @param common creation numbers of flows that both nodes had before; those of later flows are
   *     random
   */
  void assertLike(FlowImage other, Set<Integer> common) {
    assertThat(other.entries.keySet()).as("flows").isEqualTo(entries.keySet());
    List<String> differences = new ArrayList<>();
    entries.forEach(
        (key, one) -> {
          Entry two = other.entries.get(key);
          boolean sameFlow =
              one.created == two.created
                  || (!common.contains(one.created) && !common.contains(two.created));
          boolean sameTime = Math.abs(one.lastSeen - two.lastSeen) <= 1;
          if (!sameFlow || !sameTime || !one.rest.equals(two.rest)) {
            differences.add(key + ": " + one + " or " + two);
          }
        });
    assertThat(differences).as("flows that differ").isEmpty();
  }
}

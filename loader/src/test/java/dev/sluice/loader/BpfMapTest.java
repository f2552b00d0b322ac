// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Operations on maps of the running kernel. */
class BpfMapTest {
  private Arena arena;
  private BpfObject object;
  private BpfMap table;

  @BeforeEach
  void load() {
    object = TestObjects.load();
    arena = Arena.ofConfined();
    table = object.map("table");
  }

  @AfterEach
  void close() {
    if (object != null) {
      arena.close();
      object.close();
    }
  }

  @Test
  void aMapKnowsItsShape() {
    assertThat(table.type()).isEqualTo(MapType.HASH);
    assertThat(table.keySize()).isEqualTo(4);
    assertThat(table.valueSize()).isEqualTo(8);
    assertThat(table.maxEntries()).isEqualTo(16);
    assertThat(table.id()).isPositive();
    assertThat(table.fd()).isPositive();
  }

  @Test
  void whatIsWrittenCanBeReadAndDeleted() {
    MemorySegment value = arena.allocate(8, 8);
    assertThat(table.lookup(key(1), value)).isFalse();
    table.update(key(1), longWord(77));
    assertThat(table.lookup(key(1), value)).isTrue();
    assertThat(value.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(77);
    assertThat(table.delete(key(1))).isTrue();
    assertThat(table.delete(key(1))).isFalse();
  }

  @Test
  void updateFlagsAreObeyed() {
    assertThat(table.tryInsert(key(1), longWord(1))).isTrue();
    assertThat(table.tryInsert(key(1), longWord(2))).isFalse();
    assertThat(contents()).isEqualTo(Map.of(1, 1L));
    assertThat(errnoOf(() -> table.update(key(1), longWord(3), UpdateFlag.NOEXIST)))
        .isEqualTo(Errno.EEXIST.number());
    assertThat(errnoOf(() -> table.update(key(2), longWord(3), UpdateFlag.EXIST)))
        .isEqualTo(Errno.ENOENT.number());
    table.update(key(1), longWord(4), UpdateFlag.EXIST);
    assertThat(contents()).isEqualTo(Map.of(1, 4L));
  }

  @Test
  void aFullMapSaysSoByName() {
    for (int index = 0; index < 16; index++) {
      table.update(key(index), longWord(index));
    }
    assertThatThrownBy(() -> table.update(key(16), longWord(16)))
        .isInstanceOf(BpfException.class)
        .hasMessageContaining("map 'table'")
        .hasMessageContaining("E2BIG")
        .hasMessageContaining("map is full");
  }

  @Test
  void batchesWriteAndDeleteInOneGo() {
    MemorySegment keys = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 2, 3);
    MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, 10, 20, 30);
    table.updateBatch(keys, values, 3);
    assertThat(contents()).isEqualTo(Map.of(1, 10L, 2, 20L, 3, 30L));
    MemorySegment some = arena.allocateFrom(ValueLayout.JAVA_INT, 9, 1, 8, 3, 7);
    assertThat(table.deleteBatch(some, 5)).isEqualTo(2);
    assertThat(contents()).isEqualTo(Map.of(2, 20L));
    table.updateBatch(keys, values, 0);
    assertThat(contents()).isEqualTo(Map.of(2, 20L));
  }

  @Test
  void aBatchThatDoesNotFitNamesTheElement() {
    MemorySegment keys = arena.allocate(20 * 4L);
    MemorySegment values = arena.allocate(20 * 8L);
    for (int index = 0; index < 20; index++) {
      keys.setAtIndex(ValueLayout.JAVA_INT_UNALIGNED, index, index);
    }
    assertThatThrownBy(() -> table.updateBatch(keys, values, 20))
        .hasMessageContaining("element 16 of the batch")
        .hasMessageContaining("E2BIG");
  }

  @Test
  void singleOperationsStandInForBatches() {
    MemorySegment keys = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 2, 3);
    MemorySegment values = arena.allocateFrom(ValueLayout.JAVA_LONG, 10, 20, 30);
    MapBatch.updateOneByOne(table, keys, values, 3);
    assertThat(contents()).isEqualTo(Map.of(1, 10L, 2, 20L, 3, 30L));
    MemorySegment some = arena.allocateFrom(ValueLayout.JAVA_INT, 9, 1);
    assertThat(MapBatch.deleteOneByOne(table, some, 2)).isEqualTo(1);
    assertThat(contents()).isEqualTo(Map.of(2, 20L, 3, 30L));
  }

  @Test
  void everyWayOfIteratingSeesTheSame() {
    fill(16);
    Map<Integer, Long> byBatch = new TreeMap<>();
    assertThat(MapIteration.byBatch(table, into(byBatch))).isTrue();
    Map<Integer, Long> byNextKey = new TreeMap<>();
    MapIteration.byNextKey(table, into(byNextKey));
    assertThat(byBatch).hasSize(16).isEqualTo(byNextKey).isEqualTo(contents());
  }

  @Test
  void iteratingALargeTableTakesSeveralBatches() {
    object.close();
    object = TestObjects.open("maps");
    object.map("table").setMaxEntries(10_000);
    object.load();
    table = object.map("table");
    assertThat(table.maxEntries()).isEqualTo(10_000);
    fill(9_000);
    Map<Integer, Long> seen = contents();
    assertThat(seen).hasSize(9_000);
    assertThat(seen.get(8_999)).isEqualTo(8_999L);
  }

  @Test
  void theConsumerMayDeleteWhileIterating() {
    fill(10);
    table.forEach((key, _) -> assertThat(table.delete(key)).isTrue());
    assertThat(contents()).isEmpty();
    fill(10);
    MapIteration.byNextKey(table, (key, _) -> assertThat(table.delete(key)).isTrue());
    assertThat(contents()).isEmpty();
  }

  @Test
  void arraysAndPrefixTreesCanBeIterated() {
    BpfMap prefixes = object.map("prefixes");
    MemorySegment prefix = arena.allocateFrom(ValueLayout.JAVA_INT, 8, 10);
    prefixes.update(prefix, key(5));
    int[] seen = new int[2];
    prefixes.forEach((_, value) -> seen[0] += value.get(ValueLayout.JAVA_INT, 0));
    object.map("slots").forEach((_, _) -> seen[1]++);
    assertThat(seen).containsExactly(5, 1000);
  }

  @Test
  void perCpuValuesAreReadOneByOne() {
    BpfMap counters = object.map("counters");
    int cpus = Libbpf.possibleCpus();
    MemorySegment values = arena.allocate(cpus * 8L, 8);
    for (int cpu = 0; cpu < cpus; cpu++) {
      values.set(ValueLayout.JAVA_INT, cpu * 8L, 100 + cpu);
    }
    counters.update(key(2), values);
    Map<Integer, Integer> seen = new TreeMap<>();
    boolean found =
        counters.lookupPerCpu(
            key(2),
            (cpu, value) -> {
              assertThat(value.byteSize()).isEqualTo(4);
              seen.put(cpu, value.get(ValueLayout.JAVA_INT, 0));
            });
    assertThat(found).isTrue();
    assertThat(seen).hasSize(cpus).containsEntry(0, 100).containsEntry(cpus - 1, 99 + cpus);
    assertThat(counters.lookupPerCpu(key(99), (_, _) -> {})).isFalse();
    assertThatThrownBy(() -> table.lookupPerCpu(key(1), (_, _) -> {}))
        .hasMessageContaining("not per CPU");
  }

  @Test
  void iteratingAPerCpuMapGivesAllCpusValues() {
    long[] bytes = new long[1];
    object.map("counters").forEach((_, value) -> bytes[0] += value.byteSize());
    assertThat(bytes[0]).isEqualTo(6L * Libbpf.possibleCpus() * 8);
  }

  @Test
  void memoryThatIsTooSmallIsRefusedBeforeTheKernelWritesPastIt() {
    MemorySegment small = arena.allocate(2);
    assertThatThrownBy(() -> table.lookup(key(1), small))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a value has 8 bytes, not 2");
    assertThatThrownBy(() -> table.delete(small)).hasMessageContaining("a key has 4 bytes, not 2");
    assertThatThrownBy(() -> table.updateBatch(key(1), small, 1))
        .hasMessageContaining("values need 8 bytes, not 2");
  }

  @Test
  void aSingleUpdateTakesMicrosecondsNotMore() {
    MemorySegment key = key(1);
    MemorySegment value = longWord(1);
    long best = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long start = System.nanoTime();
      for (int index = 0; index < 2_000; index++) {
        table.update(key, value);
      }
      best = Math.min(best, (System.nanoTime() - start) / 2_000);
    }
    System.out.println("a single map update takes " + best + " ns");
    assertThat(best).isLessThan(20_000);
  }

  private void fill(int count) {
    MemorySegment keys = arena.allocate(count * 4L, 8);
    MemorySegment values = arena.allocate(count * 8L, 8);
    for (int index = 0; index < count; index++) {
      keys.setAtIndex(ValueLayout.JAVA_INT, index, index);
      values.setAtIndex(ValueLayout.JAVA_LONG, index, index);
    }
    table.updateBatch(keys, values, count);
  }

  private Map<Integer, Long> contents() {
    Map<Integer, Long> contents = new TreeMap<>();
    table.forEach(into(contents));
    return contents;
  }

  private static BiConsumer<MemorySegment, MemorySegment> into(Map<Integer, Long> contents) {
    return (key, value) ->
        contents.put(
            key.get(ValueLayout.JAVA_INT_UNALIGNED, 0),
            value.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
  }

  private MemorySegment key(int value) {
    return TestObjects.word(arena, value);
  }

  private MemorySegment longWord(long value) {
    return TestObjects.longWord(arena, value);
  }

  private static int errnoOf(Runnable action) {
    return catchThrowableOfType(BpfException.class, action::run).errno();
  }
}

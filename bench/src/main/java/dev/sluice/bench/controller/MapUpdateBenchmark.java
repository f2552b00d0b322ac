// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.bpf.Frontend4;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Service;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.MappedArray;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the kernel takes for entries of its maps, on the maps that packets read. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class MapUpdateBenchmark {
  static final Target BATCH =
      Target.atLeastPerSecond(
          "batch update, entries/s of one core", "MapUpdateBenchmark.batch", 3e6);

  /** Entries of a batch. */
  static final int ENTRIES = 10_000;

  /** Places of the greatest Maglev table. */
  static final int PLACES = 65_521;

  private static final int REGION_BLOCKS = 8192;

  private final int[] table = IntStream.range(0, PLACES).toArray();
  private LoadedObjects objects;
  private Arena arena;
  private BpfMap map;
  private MappedArray regions;
  private MemorySegment keys;
  private MemorySegment values;
  private int next;

  /** Makes entries of Services, and installs them, so that batches replace what is there. */
  @Setup
  public void makeEntries() {
    objects = KernelMaps.make(REGION_BLOCKS);
    map = objects.map(MapNames.SERVICE4);
    regions = objects.mapped(MapNames.REGIONS);
    arena = Arena.ofConfined();
    keys = arena.allocate((long) ENTRIES * Frontend4.SIZE, Long.BYTES);
    values = arena.allocate((long) ENTRIES * Service.SIZE, Long.BYTES);
    for (int entry = 0; entry < ENTRIES; entry++) {
      keys.set(ValueLayout.JAVA_INT_UNALIGNED, (long) entry * Frontend4.SIZE, entry);
    }
    map.updateBatch(keys, values, ENTRIES);
  }

  /** Frees the maps. */
  @TearDown
  public void free() {
    objects.close();
    arena.close();
  }

  /** One system call for each entry. */
  @Benchmark
  public void single() {
    map.update(
        keys.asSlice((long) next * Frontend4.SIZE, Frontend4.SIZE),
        values.asSlice((long) next * Service.SIZE, Service.SIZE));
    next = (next + 1) % ENTRIES;
  }

  /** One system call for all entries. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public void batch() {
    map.updateBatch(keys, values, ENTRIES);
  }

  /** Plain stores into memory that the kernel shares; for each place of the table. */
  @Benchmark
  @OperationsPerInvocation(PLACES)
  public void mappedRegion() {
    MemorySegment.copy(table, 0, regions.memory(), ValueLayout.JAVA_INT, 0, PLACES);
  }
}

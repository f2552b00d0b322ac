// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Limits;
import dev.sluice.loader.MappedArray;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Gives out runs of the flat array of backend ids, first fit, in whole blocks. A run that is given
 * back rests for a while before it is used again: a program on another CPU may have read the
 * Service just before its commit, and will read its old region within microseconds.
 */
final class RegionSpace {
  /** Far longer than an RCU grace period, which is what programs run in. */
  static final Duration REST = Duration.ofSeconds(1);

  private record Resting(RegionSpan span, long since) {}

  private final MemorySegment ids;
  private final int capacity;
  private final LongSupplier nanoClock;

  /** Free runs by their first block: number of blocks. */
  private final NavigableMap<Integer, Integer> free = new TreeMap<>();

  private final Deque<Resting> resting = new ArrayDeque<>();

  RegionSpace(MappedArray regions) {
    this(regions.memory(), regions.length(), System::nanoTime);
  }

  /**
   * @param ids the flat array
   * @param capacity its blocks
   * @param nanoClock tells how long runs have rested
   */
  RegionSpace(MemorySegment ids, int capacity, LongSupplier nanoClock) {
    this.ids = ids;
    this.capacity = capacity;
    this.nanoClock = nanoClock;
    free.put(0, capacity);
  }

  /** Takes out of the free runs what an earlier agent has given out. */
  void occupy(RegionSpan span) {
    if (span.length() == 0) {
      return;
    }
    int first = span.base() / Limits.REGION_BLOCK;
    int end = first + blocks(span.length());
    Map.Entry<Integer, Integer> run = free.floorEntry(first);
    if (run == null || run.getKey() + run.getValue() < end) {
      return; // shared with a region that is occupied already
    }
    free.remove(run.getKey());
    put(run.getKey(), first - run.getKey());
    put(end, run.getKey() + run.getValue() - end);
  }

  /** Writes ids to fresh places; nobody reads them before a Service value says where they are. */
  RegionSpan write(int[] content) {
    if (content.length == 0) {
      return RegionSpan.EMPTY;
    }
    recycle();
    int wanted = blocks(content.length);
    for (Map.Entry<Integer, Integer> run : free.entrySet()) {
      if (run.getValue() >= wanted) {
        int first = run.getKey();
        int remaining = run.getValue() - wanted;
        free.remove(first);
        put(first + wanted, remaining);
        RegionSpan span = new RegionSpan(first * Limits.REGION_BLOCK, content.length);
        MemorySegment.copy(
            content, 0, ids, ValueLayout.JAVA_INT_UNALIGNED, offset(span), content.length);
        return span;
      }
    }
    throw new DataplaneException(
        "no room for a list of %d backend ids: the map 'regions' of %d blocks is full or scattered; give it more blocks (--regions)"
            .formatted(content.length, capacity));
  }

  void giveBack(RegionSpan span) {
    if (span.length() > 0) {
      resting.add(new Resting(span, nanoClock.getAsLong()));
    }
  }

  boolean holds(RegionSpan span, int[] content) {
    if (span.length() != content.length
        || (long) span.base() + span.length() > (long) capacity * Limits.REGION_BLOCK) {
      return false;
    }
    return ids.asSlice(offset(span), (long) span.length() * Integer.BYTES)
            .mismatch(MemorySegment.ofArray(content))
        < 0;
  }

  /** Blocks that there are. */
  int capacity() {
    return capacity;
  }

  /** Blocks that are free now. */
  int freeBlocks() {
    recycle();
    return free.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void recycle() {
    long now = nanoClock.getAsLong();
    while (!resting.isEmpty() && now - resting.peek().since() >= REST.toNanos()) {
      RegionSpan span = resting.remove().span();
      int first = span.base() / Limits.REGION_BLOCK;
      int count = blocks(span.length());
      Map.Entry<Integer, Integer> before = free.floorEntry(first);
      if (before != null && before.getKey() + before.getValue() == first) {
        free.remove(before.getKey());
        first = before.getKey();
        count += before.getValue();
      }
      Integer after = free.remove(first + count);
      put(first, count + (after == null ? 0 : after));
    }
  }

  private void put(int first, int count) {
    if (count > 0) {
      free.put(first, count);
    }
  }

  private static int blocks(int length) {
    return (length + Limits.REGION_BLOCK - 1) / Limits.REGION_BLOCK;
  }

  private static long offset(RegionSpan span) {
    return (long) span.base() * Integer.BYTES;
  }
}

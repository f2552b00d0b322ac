// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BiConsumer;
import me.bechberger.ebpf.bpf.raw.Lib;

/** Visiting all entries: by batches, or key by key where the kernel has no batches for the type. */
final class MapIteration {
  private static final int BATCH = 4096;

  private MapIteration() {}

  static void forEach(BpfMap map, BiConsumer<MemorySegment, MemorySegment> consumer) {
    if (!byBatch(map, consumer)) {
      byNextKey(map, consumer);
    }
  }

  /** Returns false, without having visited anything, if this kernel cannot. */
  static boolean byBatch(BpfMap map, BiConsumer<MemorySegment, MemorySegment> consumer) {
    int capacity = Math.clamp(map.maxEntries(), 1, BATCH);
    try (Arena arena = Arena.ofConfined()) {
      // A cursor is a bucket number for hash maps and a key for the others.
      long cursorSize = Math.max(Long.BYTES, map.keySize());
      MemorySegment position = arena.allocate(cursorSize, Long.BYTES);
      MemorySegment next = arena.allocate(cursorSize, Long.BYTES);
      MemorySegment count = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment options = MapBatch.options(arena);
      MemorySegment keys = arena.allocate((long) capacity * map.keySize(), Long.BYTES);
      MemorySegment values = arena.allocate(capacity * map.shape().bytesPerValue(), Long.BYTES);
      MemorySegment from = MemorySegment.NULL;
      while (true) {
        count.set(ValueLayout.JAVA_INT, 0, capacity);
        int result = Lib.bpf_map_lookup_batch(map.fd(), from, next, keys, values, count, options);
        if (result == -Errno.ENOSPC.number()) {
          // One hash bucket holds more entries than fit.
          capacity *= 2;
          keys = arena.allocate((long) capacity * map.keySize(), Long.BYTES);
          values = arena.allocate(capacity * map.shape().bytesPerValue(), Long.BYTES);
          continue;
        }
        boolean last = result == -Errno.ENOENT.number();
        if (result != 0 && !last) {
          if (from.equals(MemorySegment.NULL) && MapBatch.isUnsupported(result)) {
            return false;
          }
          throw map.failure(result, "bpf_map_lookup_batch");
        }
        visit(map, keys, values, count.get(ValueLayout.JAVA_INT, 0), consumer);
        if (last) {
          return true;
        }
        position.copyFrom(next);
        from = position;
      }
    }
  }

  /**
   * The way of kernels without batches. The next key is fetched before the consumer runs, so that
   * the consumer may delete the present one. When another deletes the present key, the kernel
   * starts again from the first; the number of steps is bounded for that case.
   */
  static void byNextKey(BpfMap map, BiConsumer<MemorySegment, MemorySegment> consumer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(map.keySize(), Long.BYTES);
      MemorySegment next = arena.allocate(map.keySize(), Long.BYTES);
      MemorySegment value = arena.allocate(map.shape().bytesPerValue(), Long.BYTES);
      boolean more = nextKey(map, MemorySegment.NULL, key);
      for (long step = 0; more && step < 2L * map.maxEntries(); step++) {
        more = nextKey(map, key, next);
        if (map.lookup(key, value)) {
          consumer.accept(key, value);
        }
        key.copyFrom(next);
      }
    }
  }

  private static boolean nextKey(BpfMap map, MemorySegment key, MemorySegment next) {
    int result = Lib.bpf_map_get_next_key(map.fd(), key, next);
    if (result != 0 && result != -Errno.ENOENT.number()) {
      throw map.failure(result, "bpf_map_get_next_key");
    }
    return result == 0;
  }

  private static void visit(
      BpfMap map,
      MemorySegment keys,
      MemorySegment values,
      int count,
      BiConsumer<MemorySegment, MemorySegment> consumer) {
    long keySize = map.keySize();
    long valueSize = map.shape().bytesPerValue();
    for (int index = 0; index < count; index++) {
      consumer.accept(
          keys.asSlice(index * keySize, keySize), values.asSlice(index * valueSize, valueSize));
    }
  }
}

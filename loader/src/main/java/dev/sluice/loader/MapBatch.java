// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_map_batch_opts;

/** Writing and deleting many entries by one call, or one by one where the kernel cannot. */
final class MapBatch {
  private MapBatch() {}

  static void update(BpfMap map, MemorySegment keys, MemorySegment values, int count) {
    long keySize = map.keySize();
    long valueSize = map.shape().bytesPerValue();
    requireSize(map, "keys", keys, keySize * count);
    requireSize(map, "values", values, valueSize * count);
    if (count == 0) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment done = arena.allocateFrom(ValueLayout.JAVA_INT, count);
      int result = Lib.bpf_map_update_batch(map.fd(), keys, values, done, options(arena));
      if (isUnsupported(result)) {
        updateOneByOne(map, keys, values, count);
      } else if (result != 0) {
        throw failure(map, result, "bpf_map_update_batch", done.get(ValueLayout.JAVA_INT, 0));
      }
    }
  }

  static int delete(BpfMap map, MemorySegment keys, int count) {
    long keySize = map.keySize();
    requireSize(map, "keys", keys, keySize * count);
    int deleted = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment done = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment options = options(arena);
      int position = 0;
      while (position < count) {
        done.set(ValueLayout.JAVA_INT, 0, count - position);
        int result =
            Lib.bpf_map_delete_batch(map.fd(), keys.asSlice(position * keySize), done, options);
        if (isUnsupported(result)) {
          return deleted + deleteOneByOne(map, keys.asSlice(position * keySize), count - position);
        }
        int progress = done.get(ValueLayout.JAVA_INT, 0);
        deleted += progress;
        position += progress;
        if (result == -Errno.ENOENT.number()) {
          position++; // The kernel stops at a key that is not there.
        } else if (result != 0) {
          throw failure(map, result, "bpf_map_delete_batch", position);
        }
      }
    }
    return deleted;
  }

  static void updateOneByOne(BpfMap map, MemorySegment keys, MemorySegment values, int count) {
    long keySize = map.keySize();
    long valueSize = map.shape().bytesPerValue();
    for (int index = 0; index < count; index++) {
      map.update(
          keys.asSlice(index * keySize, keySize), values.asSlice(index * valueSize, valueSize));
    }
  }

  static int deleteOneByOne(BpfMap map, MemorySegment keys, int count) {
    long keySize = map.keySize();
    int deleted = 0;
    for (int index = 0; index < count; index++) {
      if (map.delete(keys.asSlice(index * keySize, keySize))) {
        deleted++;
      }
    }
    return deleted;
  }

  /**
   * Kernels that know batches answer ENOTSUPP for a map type without them; those before 5.6 answer
   * EINVAL to the command. A real EINVAL comes again from the single operation.
   */
  static boolean isUnsupported(int result) {
    return result == -Errno.ENOTSUPP.number()
        || result == -Errno.EOPNOTSUPP.number()
        || result == -Errno.EINVAL.number();
  }

  static MemorySegment options(Arena arena) {
    MemorySegment options = bpf_map_batch_opts.allocate(arena);
    bpf_map_batch_opts.sz(options, bpf_map_batch_opts.sizeof());
    return options;
  }

  private static BpfException failure(BpfMap map, int result, String call, int index) {
    return new BpfException(
        call,
        map.subject() + ", element " + index + " of the batch",
        -result,
        Errno.of(-result).hint());
  }

  private static void requireSize(BpfMap map, String what, MemorySegment memory, long needed) {
    if (memory.byteSize() < needed) {
      throw new IllegalArgumentException(
          map.subject() + ": the " + what + " need " + needed + " bytes, not " + memory.byteSize());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A BPF array in this process's memory, shared with the programs that run in the kernel: a plain
 * store is the update. The kernel pads every value to a multiple of 8 bytes, hence {@link
 * #stride()}, and maps whole pages; {@link #memory()} ends with the last element.
 *
 * <p>Stores become visible to programs in any order. Before publishing, through another map or
 * field, that something stored here may now be read, call {@link
 * java.lang.invoke.VarHandle#releaseFence()}.
 *
 * <p>Closing unmaps the memory; a later access throws {@link IllegalStateException} rather than
 * crashing the JVM.
 */
public final class MappedArray implements AutoCloseable {

  private final Arena arena;
  private final MemorySegment memory;
  private final int stride;
  private final int length;

  private MappedArray(Arena arena, MemorySegment memory, int stride, int length) {
    this.arena = arena;
    this.memory = memory;
    this.stride = stride;
    this.length = length;
  }

  @SuppressWarnings("restricted")
  static MappedArray map(BpfMap map, MapShape shape) {
    if (shape.type() != MapType.ARRAY || !shape.isMappable()) {
      throw new BpfException(
          "mmap",
          map.subject(),
          Errno.EINVAL.number(),
          "only an ARRAY with BPF_F_MMAPABLE can be mapped, this is " + shape);
    }
    int stride = shape.stride();
    long bytes = (long) stride * shape.maxEntries();
    MemorySegment address = Native.mmap(map.fd(), bytes, map.subject());
    Arena arena = Arena.ofShared();
    MemorySegment memory =
        address.reinterpret(bytes, arena, mapped -> Native.munmap(mapped, bytes));
    return new MappedArray(arena, memory, stride, shape.maxEntries());
  }

  /** All elements, {@link #stride()} bytes apart. */
  public MemorySegment memory() {
    return memory;
  }

  /** The distance between two elements in bytes: the value size rounded up to a multiple of 8. */
  public int stride() {
    return stride;
  }

  /** The number of elements. */
  public int length() {
    return length;
  }

  /**
   * One element, padding included.
   *
   * @throws IndexOutOfBoundsException if {@code index} is not between 0 and {@link #length()}
   */
  public MemorySegment element(int index) {
    return memory.asSlice((long) Objects.checkIndex(index, length) * stride, stride);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}

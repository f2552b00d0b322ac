// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * The reading end of a BPF_MAP_TYPE_RINGBUF (kernel 5.8 and later), in this process's memory as the
 * kernel documents it (Documentation/bpf/ringbuf.rst). Nothing waits here: whoever reads looks
 * again when it likes, so programs may submit without waking anybody.
 *
 * <p>There is one position for all readers, kept with the map: a reader that comes later goes on
 * where the last one stopped. For one thread at a time, and one reader.
 */
public final class RingBuffer implements AutoCloseable {
  private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
  private static final VarHandle LENGTH = ValueLayout.JAVA_INT.varHandle();

  /** Of a record's length, BPF_RINGBUF_BUSY_BIT: it is still being written. */
  private static final int BUSY = 1 << 31;

  /** BPF_RINGBUF_DISCARD_BIT: its writer thought better of it. */
  private static final int DISCARDED = 1 << 30;

  /** Bytes in front of each record; records begin at multiples of it. */
  private static final int HEADER = 8;

  private final Arena arena = Arena.ofShared();
  private final MemorySegment consumer;
  private final MemorySegment producer;
  private final MemorySegment data;
  private final long mask;

  private RingBuffer(BpfMap map) {
    int page = Native.pageSize();
    int size = map.maxEntries(); // in bytes
    long readOnly = page + 2L * size;
    mask = size - 1L;
    consumer = mapped(Native.mmap(map.fd(), page, map.subject()), page);
    try {
      producer =
          mapped(Native.mmapReadOnly(map.fd(), page, readOnly, map.subject()), readOnly)
              .asReadOnly();
    } catch (BpfException failure) {
      arena.close();
      throw failure;
    }
    // The data are there twice in a row, so that no record is broken at the end.
    data = producer.asSlice(page);
  }

  @SuppressWarnings("restricted")
  private MemorySegment mapped(MemorySegment address, long length) {
    return address.reinterpret(length, arena, memory -> Native.munmap(memory, length));
  }

  /**
   * Opens the reading end.
   *
   * @throws BpfException if the map is no ring buffer
   */
  public static RingBuffer open(BpfMap map) {
    if (map.type() != MapType.RINGBUF) {
      throw new BpfException(
          "mmap", map.subject(), Errno.EINVAL.number(), "it is no RINGBUF but " + map.type());
    }
    return new RingBuffer(map);
  }

  /**
   * Takes every record that is there now, oldest first. The segment is valid during the call only;
   * its place is given back afterwards, even if the call throws.
   *
   * @return how many there were
   */
  public int drain(Consumer<MemorySegment> records) {
    int count = 0;
    long position = (long) POSITION.getAcquire(consumer, 0L);
    long end = (long) POSITION.getAcquire(producer, 0L);
    while (position != end) {
      long at = position & mask;
      int length = (int) LENGTH.getAcquire(data, at);
      if ((length & BUSY) != 0) {
        return count; // whatever was begun after it waits, too
      }
      int bytes = length & ~DISCARDED;
      position += HEADER + ((bytes + HEADER - 1L) & -HEADER);
      try {
        if ((length & DISCARDED) == 0) {
          count++;
          records.accept(data.asSlice(at + HEADER, bytes));
        }
      } finally {
        POSITION.setRelease(consumer, 0L, position);
      }
    }
    return count;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}

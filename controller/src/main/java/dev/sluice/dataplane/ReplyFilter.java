// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Limits;
import dev.sluice.bpf.ReplyCell;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.BitSet;

/**
 * The filter of packets that may be replies of a flow. Programs set a backend's cell when they open
 * a flow to it; this clears the cells that no flow needs any more, at collections. Call it from one
 * thread.
 *
 * <p>A program may set a cell at any moment, with a plain store of a byte. So cells are changed by
 * compare-and-set of the eight that share a word, which fails if one of them was set meanwhile.
 */
final class ReplyFilter {
  private static final ValueLayout.OfLong WORD =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle CELLS = WORD.varHandle();
  private static final int CELLS_OF_WORD = Long.BYTES;
  private static final int OPENED = ReplyCell.OPENED.value();
  private static final int AGED = ReplyCell.AGED.value();
  private static final int EMPTY = ReplyCell.EMPTY.value();

  private final MemorySegment cells;
  private final MemorySegment used;

  /** Cells that no flow needed at the last collection. */
  private BitSet idle = new BitSet();

  /**
   * @param cells the filter
   * @param used where the collector notes the cells that flows need, a bit for each
   */
  ReplyFilter(MemorySegment cells, MemorySegment used) {
    this.cells = cells;
    this.used = used;
  }

  /** What a new value of a cell depends on: its place and its value. */
  private interface Change {
    int apply(int cell, int value);
  }

  /** To be called before each collection: tells the flows that it may miss from those before. */
  void beginCollection() {
    used.fill((byte) 0);
    changeAll((cell, value) -> value == OPENED ? AGED : value);
  }

  /**
   * To be called after each collection. A program may have been held up between the flow that it
   * has opened and the cell, so a cell goes only when it was idle at the collection before as well.
   */
  void endCollection() {
    BitSet nowIdle = new BitSet();
    changeAll(
        (cell, value) -> {
          if (value != AGED || isUsed(cell)) {
            return value;
          }
          if (idle.get(cell)) {
            return EMPTY;
          }
          nowIdle.set(cell);
          return value;
        });
    idle = nowIdle;
  }

  private void changeAll(Change change) {
    for (int first = 0; first < Limits.REPLY_CELLS; first += CELLS_OF_WORD) {
      long before = (long) CELLS.getVolatile(cells, (long) first);
      if (before == 0) {
        continue;
      }
      long after = 0;
      for (int place = 0; place < CELLS_OF_WORD; place++) {
        int shift = place * Byte.SIZE;
        after |= (long) change.apply(first + place, (int) (before >>> shift) & 0xff) << shift;
      }
      // Set meanwhile: the next collection looks again.
      CELLS.compareAndSet(cells, (long) first, before, after);
    }
  }

  private boolean isUsed(int cell) {
    byte bits = used.get(ValueLayout.JAVA_BYTE, cell / Byte.SIZE);
    return (bits >> cell % Byte.SIZE & 1) != 0;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Limits;
import dev.sluice.bpf.ReplyCell;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A cell stays as long as a flow may need it, and is emptied at the second idle collection. */
class ReplyFilterTest {
  private static final int CELL = 77;
  private static final int COLLECTIONS = 2_000;

  private final MemorySegment cells =
      MemorySegment.ofArray(new long[Limits.REPLY_CELLS / Long.BYTES]);
  private final MemorySegment used =
      MemorySegment.ofArray(new long[Limits.REPLY_CELLS / Long.SIZE]);
  private final ReplyFilter filter = new ReplyFilter(cells, used);

  @Test
  void aCellIsEmptiedAtTheSecondCollectionThatFindsNoFlow() {
    open(CELL);
    collect(true);
    collect(false);
    assertThat(cell(CELL)).isEqualTo(ReplyCell.AGED.value());
    collect(false);
    assertThat(cell(CELL)).isEqualTo(ReplyCell.EMPTY.value());
  }

  @Test
  void aCellStaysWhileFlowsNeedIt() {
    open(CELL);
    for (int i = 0; i < 300; i++) {
      collect(true);
    }
    assertThat(cell(CELL)).isEqualTo(ReplyCell.AGED.value());
  }

  @Test
  void aFlowThatIsOpenedDuringACollectionKeepsItsCell() {
    open(CELL);
    collect(false);
    for (int i = 0; i < 10; i++) {
      filter.beginCollection();
      open(CELL);
      filter.endCollection();
      assertThat(cell(CELL)).isEqualTo(ReplyCell.OPENED.value());
    }
  }

  /** A store that is lost leaves the cell empty before two more collections have begun. */
  @Test
  void noStoreOfAProgramIsLostToAChangeInItsWord() throws InterruptedException {
    AtomicInteger collections = new AtomicInteger();
    AtomicInteger lost = new AtomicInteger();
    Thread program =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (collections.get() < COLLECTIONS) {
                    int before = collections.get();
                    open(CELL + 1);
                    boolean empty = cell(CELL + 1) == ReplyCell.EMPTY.value();
                    if (empty && collections.get() - before < 2) {
                      lost.incrementAndGet();
                    }
                  }
                });
    for (int i = 0; i < COLLECTIONS; i++) {
      open(CELL);
      filter.beginCollection();
      filter.endCollection();
      collections.incrementAndGet();
    }
    program.join();
    assertThat(lost).hasValue(0);
  }

  private void collect(boolean found) {
    filter.beginCollection();
    if (found) {
      used.set(ValueLayout.JAVA_BYTE, CELL / Byte.SIZE, (byte) (1 << CELL % Byte.SIZE));
    }
    filter.endCollection();
  }

  /** As a program does it. */
  private void open(int cell) {
    cells.set(ValueLayout.JAVA_BYTE, cell, (byte) ReplyCell.OPENED.value());
  }

  private int cell(int cell) {
    return cells.get(ValueLayout.JAVA_BYTE, cell);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What programs write to a ring, read from this process's memory. */
class RingBufferTest {
  /** A record of 12 bytes takes 16, and its header 8. */
  private static final int RECORDS_IN_RING = 4096 / 24;

  private static final int DISCARDED = 0;

  private BpfObject object;

  @BeforeEach
  void load() {
    object = TestObjects.open("ring").load();
  }

  @AfterEach
  void close() {
    object.close();
  }

  /** Whether there was room for a record. */
  private boolean write(int mark) {
    return object
            .program("write_record")
            .testRun()
            .data(new byte[64])
            .context(SkbContext.create().mark(mark))
            .run()
            .returnValue()
        == 0;
  }

  private static List<Integer> read(RingBuffer ring) {
    List<Integer> marks = new ArrayList<>();
    int count =
        ring.drain(
            record -> {
              assertThat(record.byteSize()).isEqualTo(12);
              marks.add(record.get(ValueLayout.JAVA_INT, 0));
            });
    assertThat(count).isEqualTo(marks.size());
    return marks;
  }

  @Test
  void recordsComeOnceAndInOrder() {
    try (RingBuffer ring = RingBuffer.open(object.map("records"))) {
      assertThat(read(ring)).isEmpty();
      for (int mark : new int[] {1, 2, DISCARDED, 3}) {
        assertThat(write(mark)).isTrue();
      }
      assertThat(read(ring)).containsExactly(1, 2, 3);
      assertThat(read(ring)).isEmpty();
    }
  }

  @Test
  void aRingThatIsFullTakesRecordsAgainOnceItIsRead() {
    try (RingBuffer ring = RingBuffer.open(object.map("records"))) {
      int next = 1;
      for (int round = 0; round < 5; round++) {
        List<Integer> written = new ArrayList<>();
        while (write(next)) {
          written.add(next++);
        }
        assertThat(written).hasSizeBetween(RECORDS_IN_RING - 1, RECORDS_IN_RING);
        assertThat(read(ring)).as("round %d", round).isEqualTo(written);
      }
    }
  }

  @Test
  void aReaderGoesOnWhereTheLastOneStopped() {
    try (RingBuffer ring = RingBuffer.open(object.map("records"))) {
      write(1);
      assertThat(read(ring)).containsExactly(1);
      write(2);
    }
    write(3);
    try (RingBuffer ring = RingBuffer.open(object.map("records"))) {
      assertThat(read(ring)).containsExactly(2, 3);
    }
  }

  @Test
  void aRecordOnWhichItsReaderFailsIsNotReadAgain() {
    try (RingBuffer ring = RingBuffer.open(object.map("records"))) {
      write(1);
      write(2);
      assertThatThrownBy(
              () ->
                  ring.drain(
                      _ -> {
                        throw new IllegalStateException("cannot read this");
                      }))
          .isInstanceOf(IllegalStateException.class);
      assertThat(read(ring)).containsExactly(2);
    }
  }

  @Test
  void anotherMapIsRefused() {
    try (BpfObject maps = TestObjects.load()) {
      assertThatThrownBy(() -> RingBuffer.open(maps.map("table")))
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("map 'table'")
          .hasMessageContaining("HASH");
    }
  }

  @Test
  void aClosedRingThrows() {
    RingBuffer ring = RingBuffer.open(object.map("records"));
    ring.close();
    ring.close();
    assertThatThrownBy(() -> read(ring)).isInstanceOf(IllegalStateException.class);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Arrays in this process's memory. */
class MappedArrayTest {
  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  @Test
  void aStoreIsSeenByTheProgramAndByTheSystemCall() {
    try (BpfObject object = TestObjects.load();
        MappedArray slots = object.map("slots").mapMemory();
        Arena arena = Arena.ofConfined()) {
      assertThat(slots.stride()).isEqualTo(8);
      assertThat(slots.length()).isEqualTo(1000);
      assertThat(slots.memory().byteSize()).isEqualTo(8000);
      slots.element(3).set(PORT, 4, (short) 8080);
      slots.element(999).set(PORT, 4, (short) 1);
      assertThat(object.program("read_slot").testRun().data(new byte[64]).run().returnValue())
          .isEqualTo(8080);
      MemorySegment value = arena.allocate(8);
      object.map("slots").lookup(TestObjects.word(arena, 999), value);
      assertThat(value.get(PORT, 4)).isEqualTo((short) 1);
    }
  }

  @Test
  void elementsAreCheckedAndAClosedMappingThrows() {
    try (BpfObject object = TestObjects.load()) {
      MappedArray slots = object.map("slots").mapMemory();
      assertThatThrownBy(() -> slots.element(1000)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> slots.element(-1)).isInstanceOf(IndexOutOfBoundsException.class);
      MemorySegment element = slots.element(0);
      slots.close();
      slots.close();
      assertThatThrownBy(() -> element.get(ValueLayout.JAVA_BYTE, 0))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aMapThatCannotBeMappedSaysWhy() {
    try (BpfObject object = TestObjects.load()) {
      assertThatThrownBy(() -> object.map("table").mapMemory())
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("map 'table'")
          .hasMessageContaining("BPF_F_MMAPABLE");
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Maps and programs that outlive the process which made them. */
class PinningTest {
  @Test
  void aPinnedMapIsReopenedAndReused() {
    try (TestBpfFileSystem pins = new TestBpfFileSystem();
        Arena arena = Arena.ofConfined()) {
      int id;
      try (BpfObject object = TestObjects.open("maps")) {
        object.map("table").setMaxEntries(32);
        object.load();
        id = object.map("table").id();
        object.map("table").pin(pins.path("table"));
        object.map("table").update(TestObjects.word(arena, 1), TestObjects.longWord(arena, 5));
      }
      try (BpfMap reopened = BpfMap.openPinned(pins.path("table"))) {
        assertThat(reopened.id()).isEqualTo(id);
        assertThat(reopened.name()).isEqualTo("table");
        assertThat(reopened.maxEntries()).isEqualTo(32);
      }
      try (BpfObject object = TestObjects.open("maps")) {
        object.map("table").reusePinned(pins.path("table"));
        object.load();
        assertThat(object.map("table").id()).isEqualTo(id);
        assertThat(object.map("table").maxEntries()).isEqualTo(32);
        MemorySegment value = arena.allocate(8, 8);
        assertThat(object.map("table").lookup(TestObjects.word(arena, 1), value)).isTrue();
        assertThat(value.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(5);
      }
    }
  }

  @Test
  void aMapOfOneObjectServesAnother() {
    try (BpfObject first = TestObjects.load();
        BpfObject second = TestObjects.open("maps")) {
      second.map("counters").reuse(first.map("counters"));
      second.load();
      second.program("count_one").testRun().data(new byte[64]).run();
      assertThat(TestObjects.counter(first, 1)).isEqualTo(1);
    }
  }

  @Test
  void aMapOfDevicesIsReusedAlthoughTheKernelAddsAFlag() {
    try (TestBpfFileSystem pins = new TestBpfFileSystem();
        TestNetworkNamespace namespace = new TestNetworkNamespace();
        BpfObject first = TestObjects.load();
        Arena arena = Arena.ofShared()) {
      MemorySegment device = TestObjects.word(arena, namespace.createVeth("test0", "test1"));
      namespace.run(() -> first.map("devices").update(device, device));
      first.map("devices").pin(pins.path("devices"));
      try (BpfObject second = TestObjects.open("maps")) {
        second.map("devices").reusePinned(pins.path("devices"));
        second.load();
        int[] seen = new int[1];
        second.map("devices").forEach((key, _) -> seen[0] += key.get(ValueLayout.JAVA_INT, 0));
        assertThat(seen[0]).isEqualTo(device.get(ValueLayout.JAVA_INT, 0));
      }
    }
  }

  @Test
  void aMapOfAnotherShapeIsNotReused() {
    try (TestBpfFileSystem pins = new TestBpfFileSystem();
        BpfObject first = TestObjects.load();
        BpfObject second = TestObjects.open("maps")) {
      first.map("counters").pin(pins.path("table"));
      assertThatThrownBy(() -> second.map("table").reusePinned(pins.path("table")))
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("map 'table'")
          .hasMessageContaining("the existing map is")
          .hasMessageContaining("PERCPU_ARRAY");
      second.load();
    }
  }

  @Test
  void aPinnedProgramIsReopenedAndRuns() {
    try (TestBpfFileSystem pins = new TestBpfFileSystem()) {
      int id;
      try (BpfObject object = TestObjects.load()) {
        id = object.program("add").id();
        object.program("add").pin(pins.path("add"));
      }
      try (BpfProgram reopened = BpfProgram.openPinned(pins.path("add"))) {
        assertThat(reopened.id()).isEqualTo(id);
        assertThat(reopened.name()).isEqualTo("add");
        assertThat(reopened.type()).isEqualTo(ProgramType.SYSCALL);
        assertThat(reopened.testRun().context(new byte[12]).run().returnValue()).isEqualTo(5);
      }
    }
  }

  @Test
  void pinsThatAreMissingTakenOrElsewhereAreReported() {
    try (TestBpfFileSystem pins = new TestBpfFileSystem();
        BpfObject object = TestObjects.load()) {
      Path path = pins.path("table");
      assertThat(errnoOf(() -> BpfMap.openPinned(path).close())).isEqualTo(Errno.ENOENT.number());
      object.map("table").pin(path);
      assertThat(errnoOf(() -> object.map("table").pin(path))).isEqualTo(Errno.EEXIST.number());
      assertThatThrownBy(() -> object.map("table").pin(Path.of("/run/sluice-loader-no-bpffs")))
          .isInstanceOf(BpfException.class)
          .hasMessageContaining("bpffs");
    }
  }

  private static int errnoOf(Runnable action) {
    return catchThrowableOfType(BpfException.class, action::run).errno();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import me.bechberger.ebpf.bpf.raw.Lib;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opening and loading objects. */
class LoadingTest {
  private static final byte[] FRAME = new byte[64];

  @Test
  void theVersionIsOneThatIsSupported() {
    assertThat(Libbpf.version()).matches("1\\.\\d+").isNotEqualTo("1.0");
    assertThat(Libbpf.possibleCpus()).isPositive();
  }

  @Test
  void anObjectListsItsMapsAndPrograms() {
    try (BpfObject object = TestObjects.open("maps")) {
      assertThat(object.maps())
          .extracting(BpfMap::name)
          .containsExactlyInAnyOrder("table", "counters", "slots", "prefixes", "shapes", "devices");
      assertThat(object.programs())
          .extracting(BpfProgram::name)
          .contains("read_constants", "drop_short", "add", "count_connect");
      assertThat(object.program("drop_short").type()).isEqualTo(ProgramType.XDP);
      assertThat(object.program("count_one").type()).isEqualTo(ProgramType.SCHED_CLS);
    }
  }

  @Test
  void aWrongNameIsReportedWithTheNamesThatExist() {
    try (BpfObject object = TestObjects.open("maps")) {
      assertThatThrownBy(() -> object.map("tables"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'maps' has no map 'tables', only [");
      assertThatThrownBy(() -> object.setConstant("question", 1))
          .hasMessageContaining("no constant 'question', only [")
          .hasMessageContaining("answer");
    }
  }

  @Test
  void aRejectedProgramIsReportedWithTheVerifiersLog() {
    try (BpfObject object = TestObjects.open("rejected")) {
      BpfException failure = catchThrowableOfType(BpfException.class, object::load);
      assertThat(failure.errno()).isEqualTo(Errno.EACCES.number());
      assertThat(failure.call()).isEqualTo("bpf_object__load");
      assertThat(failure.verifierLog())
          .contains("R0 invalid mem access 'map_value_or_null'", "processed");
      assertThat(failure)
          .hasMessageContaining("object 'rejected'")
          .hasMessageContaining("prog 'unchecked'")
          .hasMessageContaining("EACCES")
          .hasMessageContaining("invalid mem access");
    }
  }

  @Test
  void aProgramThatIsNotWantedIsLeftOut() {
    try (BpfObject object = TestObjects.open("rejected")) {
      object.program("unchecked").setAutoload(false);
      object.load();
      assertThat(object.program("unchecked").fd()).isNegative();
      assertThat(object.program("harmless").id()).isPositive();
      assertThat(object.program("harmless").testRun().data(FRAME).run().returnValue()).isZero();
    }
  }

  @Test
  void constantsReachTheProgram() {
    try (BpfObject object = TestObjects.open("maps")) {
      object
          .setConstant("answer", 40)
          .setConstant("enabled", true)
          .setConstant("mac", new byte[] {0, 0, 0, 0, 0, 100})
          .setConstant("wide", 1000L);
      object.load();
      assertThat(object.program("read_constants").testRun().data(FRAME).run().returnValue())
          .isEqualTo(1140);
    }
    try (BpfObject object = TestObjects.load()) {
      assertThat(object.program("read_constants").testRun().data(FRAME).run().returnValue())
          .isEqualTo(-1);
    }
  }

  @Test
  void aConstantThatDoesNotFitIsRefused() {
    try (BpfObject object = TestObjects.open("maps")) {
      assertThatThrownBy(() -> object.setConstant("answer", 1L << 32))
          .hasMessageContaining("'answer' has 32 bits and cannot hold 4294967296");
      assertThatThrownBy(() -> object.setConstant("mac", 1))
          .hasMessageContaining("'mac' is no integer");
      assertThatThrownBy(() -> object.setConstant("mac", new byte[5]))
          .hasMessageContaining("6 bytes and cannot hold 5");
      object.setConstant("answer", 0xffffffffL).setConstant("answer", -1);
    }
  }

  @Test
  void nothingIsConfiguredAfterLoading() {
    try (BpfObject object = TestObjects.load()) {
      assertThatThrownBy(() -> object.map("table").setMaxEntries(1))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> object.setConstant("answer", 1))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> object.program("add").setAutoload(false))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(object::load).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void closedObjectsAnswerWithAnErrorAndNotWithAnotherFile() {
    BpfObject object = TestObjects.load();
    BpfProgram program = object.program("add");
    BpfMap map = object.map("table");
    object.close();
    object.close();
    BpfException ofProgram = catchThrowableOfType(BpfException.class, program::id);
    assertThat(ofProgram.errno()).isEqualTo(Errno.EBADFD.number());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(4);
      BpfException ofMap = catchThrowableOfType(BpfException.class, () -> map.delete(key));
      assertThat(ofMap.errno()).isEqualTo(Errno.EBADF.number());
      assertThat(ofMap).hasMessageContaining("map 'table'").hasMessageContaining("was closed");
    }
  }

  @Test
  void whatIsNoObjectFileIsRefused() {
    assertThatThrownBy(() -> BpfObject.open("text", "hello".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("no little-endian ELF64 file");
  }

  @Test
  void nothingIsPrintedOnAFailure(@TempDir Path directory) throws IOException {
    Path printed = directory.resolve("stderr");
    try (BpfObject object = TestObjects.open("rejected");
        Arena arena = Arena.ofConfined()) {
      int standardError = Lib.dup(2);
      int file = Lib.creat(arena.allocateFrom(printed.toString()), 0600);
      assertThat(Lib.dup2(file, 2)).isEqualTo(2);
      try {
        assertThatThrownBy(object::load).isInstanceOf(BpfException.class);
      } finally {
        Lib.dup2(standardError, 2);
        Lib.close(standardError);
        Lib.close(file);
      }
    }
    assertThat(Files.readString(printed)).doesNotContain("libbpf");
  }

  @Test
  void aMissingLibraryIsReportedWithThePackageToInstall() {
    // On a machine of no known architecture the library is in none of the usual places.
    String output =
        Command.run(
            "/usr/bin/env",
            "-u",
            "LD_LIBRARY_PATH",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dos.arch=unknown",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            RequireLibbpf.class.getName());
    assertThat(output)
        .contains("libbpf.so.1: load failed: not found in [")
        .contains("/usr/lib/unknown-linux-gnu")
        .contains("apt install libbpf1")
        .contains("dnf install libbpf");
  }

  /** Run in a JVM of its own. */
  static final class RequireLibbpf {
    private RequireLibbpf() {}

    public static void main(String[] arguments) {
      try {
        Libbpf.require();
        System.out.println("found");
      } catch (BpfException failure) {
        System.out.println(failure.getMessage());
      }
    }
  }
}

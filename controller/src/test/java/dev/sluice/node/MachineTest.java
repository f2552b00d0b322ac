// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class MachineTest {
  private static final long PROC_MAGIC = 0x9fa0;
  private static final int BPF_PROG_LOAD = 5;
  private static final int SOCKET_FILTER = 1;

  @Test
  void theFileSystemOfAPathIsToldByItsMagicNumber() {
    assertThat(Machine.real().fileSystemType(Path.of("/proc"))).hasValue(PROC_MAGIC);
    assertThat(Machine.real().fileSystemType(Path.of("/not/there"))).isEmpty();
  }

  @Test
  void aLoadedProgramIsListedByItsNameUntilItIsGone() {
    try (Arena arena = Arena.ofConfined()) {
      // r0 = 0; exit
      MemorySegment instructions = arena.allocateFrom(JAVA_LONG, 0xb7L, 0x95L);
      MemorySegment attributes = arena.allocate(64, 8);
      attributes.set(JAVA_INT, 0, SOCKET_FILTER);
      attributes.set(JAVA_INT, 4, 2);
      attributes.set(JAVA_LONG, 8, instructions.address());
      attributes.set(JAVA_LONG, 16, arena.allocateFrom("GPL").address());
      attributes.setString(48, "node_test_probe", StandardCharsets.US_ASCII);
      long program = LinuxCalls.bpf(BPF_PROG_LOAD, attributes);
      Assumptions.assumeTrue(
          program >= 0, "skipped: loading a BPF program needs root, got " + program);
      try {
        assertThat(Machine.real().loadedPrograms()).contains("node_test_probe");
      } finally {
        LinuxCalls.close((int) program);
      }
    }
  }
}

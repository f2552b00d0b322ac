// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.loader.BpfProgram;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every program passes the verifier of the running kernel, however it is configured. */
class ProgramLoadingTest {
  /**
   * The kernel gives up at a million; other kernels prune other branches, so there must be room.
   */
  private static final long HALF_THE_LIMIT = 500_000;

  @ParameterizedTest(
      name =
          "can set errno {0}, collects in the kernel {1}, node sockets only {2}, closes addresses {3}")
  @CsvSource({
    "true, true, false, false",
    "true, true, true, false",
    "true, false, false, true",
    "true, false, true, true",
    "false, true, false, false",
    "false, true, true, true",
    "false, false, false, true",
    "false, false, true, false",
    "true, true, false, true"
  })
  void everyProgramIsVerified(
      boolean canSetErrno,
      boolean collectInKernel,
      boolean nodeSocketsOnly,
      boolean closesAddresses) {
    System.out.printf(
        "can set errno %s, collects in the kernel %s, node sockets only %s, closes addresses %s:%n",
        canSetErrno, collectInKernel, nodeSocketsOnly, closesAddresses);
    LoadOptions options =
        new LoadOptions(
            EveryProgram.SIZES, canSetErrno, collectInKernel, nodeSocketsOnly, closesAddresses);
    try (LoadedObjects objects = LoadedObjects.unpinned(options)) {
      List<BpfProgram> programs = EveryProgram.of(objects, true);
      assertThat(programs).hasSize(collectInKernel ? 19 : 18);
      for (BpfProgram program : programs) {
        long instructions = program.verifiedInstructions(); // 0 before Linux 5.16
        System.out.println(program.name() + ": " + instructions + " instructions verified");
        assertThat(instructions).as(program.name()).isLessThan(HALF_THE_LIMIT);
      }
    }
  }
}

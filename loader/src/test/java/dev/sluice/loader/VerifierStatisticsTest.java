// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The verifier's own account of a program. */
class VerifierStatisticsTest {
  private static VerifierStatistics load(boolean takesMost) {
    try (BpfObject object = TestObjects.open("frames")) {
      object.setConstant("takes_most", takesMost).keepVerifierStatistics().load();
      return object.program("enter").verifierStatistics().orElseThrow();
    }
  }

  private static List<String> functions(VerifierStatistics statistics) {
    return statistics.deepestCall().stream().map(VerifierStatistics.Frame::function).toList();
  }

  /** Frames of 20 and 40 bytes count for 32 and 64, and the entry's for 32 at least: 128. */
  @Test
  void theDeepestCallIsTheOneThatTakesMostStack() {
    VerifierStatistics statistics = load(false);
    assertThat(functions(statistics)).containsExactly("enter", "take_100");
    assertThat(statistics.deepestCall().getLast().bytes()).isBetween(100, 128);
    assertThat(statistics.stackBytes()).isEqualTo(32 + 128);
    assertThat(statistics.instructions()).isPositive();
  }

  @Test
  void aFunctionThatIsSwitchedOffTakesNone() {
    VerifierStatistics statistics = load(true);
    assertThat(functions(statistics)).containsExactly("enter", "take_300");
    assertThat(statistics.stackBytes()).isEqualTo(32 + 320);
  }

  @Test
  void theyAreKeptOnlyWhereAskedFor() {
    try (BpfObject object = TestObjects.load()) {
      assertThat(object.program("count_one").verifierStatistics()).isEmpty();
    }
  }

  @Test
  void aRejectedProgramStillSaysWhy() {
    try (BpfObject object = TestObjects.open("rejected")) {
      object.keepVerifierStatistics();
      BpfException failure = catchThrowableOfType(BpfException.class, object::load);
      assertThat(failure.verifierLog()).contains("R0 invalid mem access 'map_value_or_null'");
    }
  }
}

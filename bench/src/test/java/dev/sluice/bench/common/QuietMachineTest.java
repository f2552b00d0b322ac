// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class QuietMachineTest {
  private static final long TICKS_OF_WINDOW = 200;

  private long all;
  private long busy;
  private int windows;

  @Test
  void waitsNoLongerThanUntilTheProcessorsAreQuiet() {
    assertThat(machine(180, 40, 7, 6, 200).await(Duration.ofSeconds(20))).isEqualTo(3.0);
    assertThat(windows).isEqualTo(4);
  }

  @Test
  void looksOnceIfItIsQuiet() {
    assertThat(machine(0, 200).await(Duration.ofSeconds(20))).isZero();
    assertThat(windows).isEqualTo(1);
  }

  @Test
  void givesUpAndSaysHowBusyTheyAre() {
    assertThat(machine(200, 200, 100, 0).await(Duration.ofSeconds(3))).isEqualTo(50.0);
    assertThat(windows).isEqualTo(3);
  }

  /** A machine that is busy for so many ticks in one second after the other. */
  private QuietMachine machine(long... busyTicks) {
    Deque<Long> seconds = new ArrayDeque<>();
    for (long ticks : busyTicks) {
      seconds.add(ticks);
    }
    return new QuietMachine(
        () -> new ProcessorTicks(all, busy),
        () -> {
          windows++;
          all += TICKS_OF_WINDOW;
          busy += seconds.remove();
        });
  }
}

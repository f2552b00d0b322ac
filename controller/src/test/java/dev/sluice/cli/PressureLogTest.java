// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Pressure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** When the log speaks of pressure. */
class PressureLogTest {
  private final Map<Pressure, Long> counters = new EnumMap<>(Pressure.class);
  private final List<String> lines = new ArrayList<>();
  private long now;

  private PressureLog log() {
    return new PressureLog(
        () -> counters, (signal, line) -> lines.add(signal + " " + line), () -> now);
  }

  private void after(Duration time) {
    now += time.toNanos();
  }

  @Test
  void theFirstSignalIsToldAtOnceAndTheFollowingOnesTogetherAMinuteLater() {
    counters.put(Pressure.FLOW_FULL, 1000L); // before this agent
    PressureLog log = log();

    counters.put(Pressure.FLOW_FULL, 1003L);
    log.raised(Pressure.FLOW_FULL);
    log.say();
    assertThat(lines).hasSize(1);
    assertThat(lines.getFirst()).startsWith("FLOW_FULL ").contains("--flows").contains("(3 times)");

    counters.put(Pressure.FLOW_FULL, 2003L);
    log.raised(Pressure.FLOW_FULL);
    after(Duration.ofSeconds(59));
    log.say();
    assertThat(lines).hasSize(1);

    after(Duration.ofSeconds(1));
    log.say();
    assertThat(lines).hasSize(2);
    assertThat(lines.getLast()).contains("(1000 times)");

    after(Duration.ofHours(1));
    log.say();
    assertThat(lines).as("nothing was raised since").hasSize(2);
  }

  @Test
  void oneSignalDoesNotSilenceAnother() {
    PressureLog log = log();
    for (Pressure signal : new Pressure[] {Pressure.OWNER_LOST, Pressure.SOCKET_STORAGE}) {
      counters.put(signal, 1L);
      log.raised(signal);
      log.say();
    }
    assertThat(lines).hasSize(2);
  }
}

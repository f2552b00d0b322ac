// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
  @ParameterizedTest
  @CsvSource({
    "0, PT0S, 0s",
    "0s, PT0S, 0s",
    "250ms, PT0.25S, 0.25s",
    "30s, PT30S, 30s",
    "1m, PT1M, 1m0s",
    "2h22m, PT2H22M, 2h22m0s",
    "1.5h, PT1H30M, 1h30m0s",
    "24h, PT24H, 24h0m0s",
    "-5s, PT-5S, -5s",
    "10us, PT0.00001S, 0.00001s",
  })
  void aDurationIsReadAsGoReadsIt(String text, Duration duration, String printed) {
    assertThat(GoDuration.parse(text)).isEqualTo(duration);
    assertThat(GoDuration.format(duration)).isEqualTo(printed);
    assertThat(GoDuration.parse(printed)).isEqualTo(duration);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "30", "s", "1 h", "1d", "1h-2m", "five", "9999999999h"})
  void whatIsNoDurationIsRefused(String text) {
    assertThatThrownBy(() -> GoDuration.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + text + "'");
  }
}

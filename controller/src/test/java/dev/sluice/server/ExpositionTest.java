// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reader of scrapes finds what is wrong with them. */
class ExpositionTest {
  private static final String GOOD =
      """
      # HELP packets_total By \\\\ and \\n.
      # TYPE packets_total counter
      packets_total{hook="tc\\"in\\\\",reason="x\\n"} 3.0
      packets_total{hook="xdp",reason="y"} 1.0E9
      # HELP size h
      # TYPE size gauge
      size -1
      # HELP time_seconds h
      # TYPE time_seconds histogram
      time_seconds_bucket{f="a",le="0.5"} 1
      time_seconds_bucket{f="a",le="+Inf"} 2
      time_seconds_count{f="a"} 2
      time_seconds_sum{f="a"} 1.5
      """;

  @Test
  void aScrapeThatIsRightIsRead() {
    Exposition scrape = Exposition.parse(GOOD);
    assertThat(scrape.families()).containsOnlyKeys("packets_total", "size", "time_seconds");
    assertThat(scrape.value("packets_total", "hook=xdp", "reason=y")).isEqualTo(1e9);
  }

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "# TYPE size gauge | # TYPE packets_total gauge | a second TYPE",
        "# HELP size h | # HELP packets_total h | a second HELP",
        "# TYPE size gauge | # TYPE size number | an unknown type",
        "# HELP size h | # HELP other h | no HELP",
        "size -1 | size one | a value that is no number",
        "size -1 | other -1 | a sample behind another's TYPE",
        "y\"} 1.0E9 | y\"} -1 | a counter below 0",
        "hook=\"xdp\",reason | hook=\"xdp\"reason | labels without a comma",
        "hook=\"xdp\",reason | hook=\"x\\dp\",reason | a label that is not right",
        "hook=\"xdp\",reason | reason=\"xdp\",reason | a label twice",
        "packets_total{hook=\"xdp\" | 1packets_total{hook=\"xdp\" | a line that is not right",
        "By \\\\ and | By \\x and | a line that is not right",
        "le=\"+Inf\" | le=\"9\" | no bucket le=\"+Inf\"",
        "time_seconds_count{f=\"a\"} 2 | time_seconds_count{f=\"a\"} 3 | one that is not the count",
        "le=\"0.5\"} 1 | le=\"0.5\"} 5 | buckets that do not grow",
        "time_seconds_sum{f=\"a\"} | time_seconds_sum{f=\"b\"} | do not go together",
      })
  void whatIsWrongIsFound(String right, String wrong, String complaint) {
    assertThat(GOOD).contains(right);
    assertThatThrownBy(() -> Exposition.parse(GOOD.replace(right, wrong)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(complaint);
  }

  @Test
  void aSampleTwiceAndALineWithoutEndAreFound() {
    assertThatThrownBy(() -> Exposition.parse(GOOD.replace("size -1\n", "size -1\nsize -1\n")))
        .hasMessageContaining("a second sample");
    assertThatThrownBy(() -> Exposition.parse(GOOD.stripTrailing())).hasMessageContaining("no end");
  }
}

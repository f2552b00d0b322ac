// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.sluice.bench.compare.result.LeftOut;
import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Spread;
import dev.sluice.bench.compare.result.Subject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file of the comparison says, and what is said of one that cannot be used. */
class ComparisonTest {
  private static final Subject CONNECTIONS =
      new Subject(Measure.NEW_CONNECTIONS, "pod-to-pod", "median");

  @TempDir private Path directory;

  @Test
  void aFileIsNamedAfterItsMachine() {
    Comparison host = Samples.comparison(Samples.HOST);
    assertThat(host.name()).isEqualTo("host");
    assertThat(host.machine())
        .hasToString("Linux 6.18.0, amd64, 2 x Sample Processor, 24,000 MiB, virtual");
    assertThat(host.report().leftOut())
        .contains(new LeftOut(Mode.IPVS_RR, "this kernel has no ip_vs"));
    assertThat(host.of(CONNECTIONS, Mode.DIRECT).map(Result::services))
        .containsExactly(1, 100, 1_000, 10_000);
  }

  @Test
  void aRatioIsTheMedianOfTheRoundsRatios() {
    assertThat(result(90, 200, 60).ratioTo(result(100, 400, 100)))
        .as("the medians' ratio would be 0.9")
        .isEqualTo(new Spread(0.6, 0.5, 0.9));
  }

  private static Result result(double... rounds) {
    return new Result(Mode.DIRECT, CONNECTIONS, 1, 10, Arrays.stream(rounds).boxed().toList());
  }

  @Test
  void theMedianOfAnEvenNumberOfRoundsLiesBetweenTheTwoInTheMiddle() {
    assertThat(Spread.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Spread(2.5, 1, 4));
  }

  @Test
  void figuresOfAClockThatCountsInstructionsMeanNothingUnlessTheyAreNoTimes() {
    Comparison emulated = Samples.comparison(Samples.EMULATED);
    assertThat(emulated.hasFiguresOf(Measure.REQUEST_LATENCY)).isFalse();
    assertThat(emulated.hasFiguresOf(Measure.KERNEL_MEMORY)).isTrue();
    assertThat(Samples.comparison(Samples.HOST).hasFiguresOf(Measure.REQUEST_LATENCY)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\": 1 | \"version\": 2 | version must be 1, not 2",
        "\"unit\": \"1/s\" | \"unit\": \"1\" | results[0].unit must be 1/s, not \"1\"",
        "\"kind\": \"compare\" | \"kind\": \"jmh\" | kind must be \"compare\", not \"jmh\"",
        "\"when\": \"2026- | \"when\": \"now | when must be an instant such as ",
        "\"clock\": \"real\" | \"clock\": \"sun\" | machine.clock must be one of real, instructions",
        "\"mode\": \"direct\" | \"mode\": \"drect\" | results[0].mode must be one of direct, ",
        "\"services\": 1, | \"services\": \"1\", | results[0].services must be a whole number",
        "\"rounds\": [ | \"rounds\": [\"1\", | results[0].rounds[0] must be a number, not \"1\"",
        "\"processors\": 2, | '' | machine.processors is missing",
        "\"results\": [ | \"results\": [[, | is no JSON: ",
      })
  void aFileThatCannotBeUsedIsNamedWithThePlace(String text, String broken, String error)
      throws IOException {
    Path file = directory.resolve(Samples.HOST);
    String whole = Files.readString(Samples.file(Samples.HOST));
    int at = whole.indexOf(text);
    assertThat(at).isNotNegative();
    Files.writeString(file, whole.substring(0, at) + broken + whole.substring(at + text.length()));
    assertThatExceptionOfType(ReportException.class)
        .isThrownBy(() -> Comparison.read(file))
        .withMessageContaining(file.toString())
        .withMessageContaining(error);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.compare.result.CompareReport;
import dev.sluice.bench.compare.result.LeftOut;
import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Subject;
import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.bench.report.ComparisonFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The comparison still runs, and each mode's traffic goes its way: the run itself fails otherwise.
 * Its figures are nobody's here.
 */
@EnabledIfSystemProperty(
    named = "user.name",
    matches = "root",
    disabledReason = "needs root: network namespaces and rules in them")
class CompareSmokeTest {
  private static final List<String> QUICK =
      List.of(
          "--services=1,5",
          "--rounds=2",
          "--cold=1",
          "--changes=2",
          "--connections=200",
          "--requests=100",
          "--datagrams=100",
          "--stream=4");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path directory;

  @Test
  void everyModeOfThisKernelIsMeasuredOrNamed() throws IOException {
    Path json = directory.resolve("compare-here.json");

    assertThat(run("--json", json.toString())).as(err.toString()).isZero();

    CompareReport report = ComparisonFile.read(json);
    Set<Mode> leftOut = report.leftOut().stream().map(LeftOut::mode).collect(Collectors.toSet());
    assertThat(report.leftOut()).allMatch(left -> !left.why().isBlank());
    assertThat(leftOut)
        .doesNotContain(Mode.DIRECT, Mode.SLUICE_SOCKETS, Mode.SLUICE_TC, Mode.SLUICE_XDP);
    for (Mode mode : Mode.values()) {
      if (!leftOut.contains(mode)) {
        isComplete(mode, report.results());
      }
    }
    assertThat(report.results()).allMatch(result -> result.endpoints() == 10);
    assertThat(out.toString()).contains("5 Services, outside-to-node").contains("sluice-xdp");
  }

  private static void isComplete(Mode mode, List<Result> all) {
    for (int services : new int[] {1, 5}) {
      List<Result> results =
          all.stream()
              .filter(result -> result.mode() == mode)
              .filter(result -> result.services() == services)
              .toList();
      for (TrafficPath path : TrafficPath.values()) {
        List<Result> ofPath =
            results.stream()
                .filter(result -> result.subject().path().equals(path.toString()))
                .toList();
        // Four figures of a round, and three percentiles of two latencies.
        assertThat(ofPath).as("%s, %s", mode, path).hasSize(mode.takes(path) ? 4 + 2 * 3 : 0);
        assertThat(ofPath)
            .filteredOn(result -> result.subject().measure() != Measure.CPU_PER_CONNECTION)
            .as("%s, %s", mode, path)
            .allMatch(result -> result.rounds().size() == 2 && result.spread().least() > 0);
      }
      List<Measure> tables =
          results.stream()
              .filter(result -> result.subject().path().equals(Subject.NODE))
              .map(result -> result.subject().measure())
              .toList();
      assertThat(tables).as("%s", mode).hasSize(mode == Mode.DIRECT ? 0 : mode.isSluice() ? 6 : 3);
    }
  }

  @Test
  void nftablesInPartsForwardsButHasNoFigureForProgramming() throws IOException {
    Path json = directory.resolve("compare-parts.json");

    assertThat(
            run(
                "--services=5",
                "--modes=nftables",
                "--paths=pod-to-pod",
                "--nftables-part=2",
                "--json",
                json.toString()))
        .as(err.toString())
        .isZero();

    CompareReport report = ComparisonFile.read(json);
    Assumptions.assumeTrue(
        report.leftOut().isEmpty(), () -> "no nftables here: " + report.leftOut());
    assertThat(report.results())
        .extracting(result -> result.subject().measure())
        .contains(Measure.NEW_CONNECTIONS, Measure.ENDPOINT_CHANGE)
        .doesNotContain(Measure.PROGRAM_COLD);
  }

  @Test
  void whatIsAskedForWronglyIsNamed() {
    assertThat(run("--modes", "haproxy")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("no mode is called haproxy").contains("iptables-nft");
    assertThat(run("--services", "0")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("--services must be from 1");
    assertThat(run("--clock", "sun")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("'--clock'").contains("instructions");
    assertThat(run("--paths", "pod-to-moon")).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains("[pod-to-pod, outside-to-node]");
  }

  @Test
  void theHelpHasAllOptions() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("--clock=real|instructions").contains("--cold=ROUNDS");
  }

  @Test
  void nothingStaysInTheTemporaryDirectory() throws IOException {
    List<Path> before = temporary();
    assertThat(run("--modes", "direct", "--paths", "pod-to-pod", "--services", "1")).isZero();
    assertThat(temporary()).isEqualTo(before);
  }

  private static List<Path> temporary() throws IOException {
    try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("sluice-compare-"))
          .toList();
    }
  }

  /** Later options win over the quick ones. */
  private int run(String... arguments) {
    CommandLine command = CompareBenchmark.commandLine();
    command.setOverwrittenOptionsAllowed(true);
    command.setOut(new PrintWriter(out, true));
    command.setErr(new PrintWriter(err, true));
    return command.execute(
        Stream.concat(QUICK.stream(), Arrays.stream(arguments)).toArray(String[]::new));
  }
}

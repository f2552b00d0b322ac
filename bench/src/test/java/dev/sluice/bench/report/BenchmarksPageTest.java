// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** No figure on the page was typed by hand. */
class BenchmarksPageTest {
  private static final Path DOCS = Path.of("..", "docs");

  @TempDir private Path directory;

  /** What a run of the command gave. */
  private record Run(int status, String out, String err) {
    static Run of(String... arguments) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      CommandLine command = ReportCommand.commandLine();
      command.setOut(new PrintWriter(out));
      command.setErr(new PrintWriter(err));
      return new Run(command.execute(arguments), out.toString(), err.toString());
    }
  }

  @Test
  void thePageSaysWhatTheResultsSay() {
    Run check = Run.of("--docs", DOCS.toString(), "--check");
    assertThat(check.status()).as("run bench/run.sh report: " + check.out()).isZero();
  }

  @Test
  void theSampleGivesPlotsTablesAndJudgements() throws IOException {
    Path docs = Samples.docs(directory, Samples.HOST, Samples.EMULATED);
    assertThat(Run.of("--docs", docs.toString()).status()).isZero();
    assertThat(Samples.plots(docs))
        .contains(
            "compare-host-new-connections-pod-to-pod.svg",
            "compare-host-new-connections-outside-to-node.svg",
            "compare-qemu-6.1-program-cold.svg");
    assertThat(docs.resolve("benchmarks.md"))
        .content()
        .startsWith("# Benchmarks\n")
        .contains(
            "| Sluice, socket hooks: new connections/s relative to direct, at every number",
            "![New TCP connections, from a pod](benchmarks/compare-host-new-connections-pod-to-pod.svg)",
            "Left out: IPVS, rr (this kernel has no ip_vs)",
            "| 10,000 | iptables (legacy), p99 | ",
            "its clock counts instructions");
    for (String plot : Samples.plots(docs)) {
      assertThat(docs.resolve("benchmarks.md")).content().contains("(benchmarks/" + plot + ")");
    }
  }

  @Test
  void resultsOfJmhGiveATableAndJudgements() {
    Path docs = Samples.docs(directory, Samples.JMH, Samples.JMH_MACHINE);
    Run.of("--docs", docs.toString());
    assertThat(docs.resolve("benchmarks.md"))
        .content()
        .contains(
            "Linux 6.18.0, amd64, 2 x Sample Processor, virtual. `bench/run.sh jmh (SAMPLE",
            "| Maglev: build | backends 100, size 16381 | 271 µs | 65,800 B |",
            "| at most 0.5 ms | 0.27 ms: met |",
            "| at most 25 us | 30.2 us: **missed** |");
  }

  @Test
  void resultsThatCannotBeUsedAreNamed() throws IOException {
    Path docs = Samples.docs(directory, Samples.JMH);
    Path jmh = docs.resolve("benchmarks").resolve(Samples.JMH);
    Files.writeString(jmh, "[{}]");
    Run run = Run.of("--docs", docs.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err()).startsWith("report: cannot use " + jmh + ": ").contains("benchmark");
  }

  @Test
  void aSecondRunChangesNothing() {
    Path docs = Samples.docs(directory, Samples.HOST);
    assertThat(Run.of("--docs", docs.toString()).out()).contains("wrote ");
    Run again = Run.of("--docs", docs.toString());
    assertThat(again.status()).isZero();
    assertThat(again.out()).doesNotContain("wrote ").contains("says what the results say");
  }

  @Test
  void whatNobodyMeasuredIsNamedWithItsCommand() {
    Path docs = Samples.docs(directory, Samples.HOST);
    Run.of("--docs", docs.toString());
    assertThat(docs.resolve("benchmarks.md"))
        .content()
        .containsPattern("### Linux 6.12 in QEMU\n\nNot measured yet: `vagrant/bench.sh 6.12`")
        .containsPattern("Not measured yet: `bench/run.sh datapath .*datapath.json`");
  }

  @Test
  void plotsOfResultsThatAreGoneGoToo() throws IOException {
    Path docs = Samples.docs(directory, Samples.HOST);
    Run.of("--docs", docs.toString());
    Files.delete(docs.resolve("benchmarks").resolve(Samples.HOST));
    Run check = Run.of("--docs", docs.toString(), "--check");
    assertThat(check.status()).isEqualTo(1);
    assertThat(check.out()).contains("differs: ").contains("compare-host-program-cold");
    assertThat(Samples.plots(docs)).as("--check removes nothing").isNotEmpty();
    assertThat(Run.of("--docs", docs.toString()).out()).contains("removed ");
    assertThat(Samples.plots(docs)).isEmpty();
  }

  @Test
  void aPageWithoutAPlaceForAPartIsRefused() throws IOException {
    Path docs = Samples.docs(directory);
    Files.writeString(docs.resolve("benchmarks.md"), "# Benchmarks\n");
    Run run = Run.of("--docs", docs.toString());
    assertThat(run.status()).isEqualTo(1);
    assertThat(run.err())
        .contains("benchmarks.md has no place for targets; it needs the lines")
        .contains("<!-- targets: end -->");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.bench.common.Progress;
import dev.sluice.bench.compare.result.Clock;
import dev.sluice.bench.compare.result.CompareReport;
import dev.sluice.bench.compare.result.Machine;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.lab.LabException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/run.sh compare}. */
@Command(
    name = "compare",
    description = {
      "Compares ways to reach a Service on this machine's kernel: direct to the pod, Sluice, iptables,",
      "nftables and IPVS, with the rules that kube-proxy writes. Every mode has a node of its own, in",
      "network namespaces; nothing else of the machine is touched. Needs root. Ctrl-C removes all.",
      "A mode that this kernel lacks is left out and named. Rounds of all modes are taken by turns."
    },
    mixinStandardHelpOptions = true)
public final class CompareBenchmark implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--modes",
      split = ",",
      paramLabel = "MODE",
      description = "only these of ${COMPLETION-CANDIDATES}",
      completionCandidates = ModeNames.class)
  private List<String> modeNames;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "also write all figures there, such as docs/benchmarks/compare-host.json")
  private Path json;

  @Option(
      names = "--clock",
      paramLabel = "real|instructions",
      defaultValue = "real",
      description =
          "what this machine's clock counts; say so in an emulator that counts instructions"
              + " (default: ${DEFAULT-VALUE})")
  private Clock clock;

  @Mixin private Extent extent;
  @Spec private CommandSpec spec;

  /** The names of all modes. */
  static final class ModeNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Mode.values()).map(Mode::toString).iterator();
    }
  }

  /** Takes the arguments of the command line. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new CompareBenchmark());
  }

  @Override
  public Integer call() {
    List<Mode> wanted = modes();
    extent.check();
    try (LoadProgram load = new LoadProgram()) {
      compare(wanted, load);
      return 0;
    } catch (CompareException | LabException e) {
      progress().interrupt();
      spec.commandLine().getErr().println("compare: " + e.getMessage());
      return FAILED;
    }
  }

  private void compare(List<Mode> wanted, LoadProgram load) {
    Feasibility feasibility = new Feasibility(wanted, load);
    feasibility
        .leftOut()
        .forEach(left -> out().printf("%s is left out: %s%n", left.mode(), left.why()));
    List<Mode> modes = feasibility.possible();
    Results results = new Results();
    Progress progress = progress();
    progress.start(
        extent.services.stream().mapToLong(count -> Comparison.steps(count, modes, extent)).sum());
    for (int services : extent.services) {
      new Comparison(services, modes, extent, load, results, progress).run();
      progress.interrupt();
      new TextReport(results, out()).print(services, modes, extent.paths());
      // Each time, so that whoever ends a long run keeps what is done.
      write(
          CompareReport.of(
              Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
              command(),
              System.getProperty("sluice.commit", "unknown"),
              Machine.read(clock),
              feasibility.leftOut(),
              results.list()));
    }
    progress.end();
  }

  private List<Mode> modes() {
    if (modeNames == null) {
      return List.of(Mode.values());
    }
    try {
      List<Mode> chosen = modeNames.stream().map(Mode::of).toList();
      return Arrays.stream(Mode.values()).filter(chosen::contains).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(),
          "--modes: %s; there are %s".formatted(e.getMessage(), List.of(Mode.values())),
          e);
    }
  }

  private Progress progress() {
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    return new Progress(spec.commandLine().getErr(), terminal);
  }

  private String command() {
    return spec.commandLine().getParseResult().originalArgs().stream()
        .collect(Collectors.joining(" ", "bench/run.sh compare ", ""))
        .strip();
  }

  private void write(CompareReport report) {
    if (json == null) {
      return;
    }
    try {
      Files.writeString(
          json, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n");
    } catch (IOException e) {
      throw new CompareException("cannot write " + json + ": " + e.getMessage(), e);
    }
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.Disturbance;
import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.bench.common.MachineFacts;
import dev.sluice.bench.common.Progress;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.loader.BpfException;
import dev.sluice.node.NodeException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench/run.sh datapath}. */
@Command(
    name = "datapath",
    description = {
      "Times the programs of the data plane packet by packet, attached to nothing; and connect()",
      "under the socket programs, in a cgroup and a network namespace of its own. Needs root.",
      "Figures are nanoseconds by the kernel's run-time statistics, an empty program's subtracted;",
      "those of connect() are by the clock, a plain one's subtracted.",
      "Exit status 1 if something could not be timed, 2 for wrong options. A missed target is no error."
    },
    mixinStandardHelpOptions = true)
public final class DatapathBenchmark implements Callable<Integer> {
  private static final int FAILED = 1;

  /** The flow tables of the testbed hold no more. */
  private static final int MOST_FLOWS = 130_000;

  @Option(
      names = "--cases",
      paramLabel = "REGEX",
      defaultValue = "",
      description = "only cases in whose name, as --list prints it, this is found")
  private Pattern wanted;

  @Option(names = "--list", description = "print the names of the cases and time nothing")
  private boolean list;

  @Option(
      names = "--rounds",
      defaultValue = "11",
      description = "rounds of each case; min and median are of these (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--packets",
      defaultValue = "20000",
      description = "packets of a round, at least; each flow has one (default: ${DEFAULT-VALUE})")
  private int packets;

  @Option(
      names = "--connects",
      defaultValue = "2000",
      description = "connect() calls of a round, of each kind (default: ${DEFAULT-VALUE})")
  private int connects;

  @Option(
      names = "--flows",
      split = ",",
      defaultValue = "1,1000,100000",
      description = "numbers of established flows, up to 130000 (default: ${DEFAULT-VALUE})")
  private List<Integer> flows;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "time nothing and take a report that --json has written")
  private Path from;

  @ArgGroup(exclusive = false, heading = "%nAny other program:%n")
  private ObjectOptions other;

  @Mixin private OutputOptions output;
  @Spec private CommandSpec spec;

  /** Takes the arguments of the command line. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  /** The command. {@code @FILE} is an argument like any other: {@code --setup} has its own use. */
  static CommandLine commandLine() {
    return new CommandLine(new DatapathBenchmark())
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() {
    check("--rounds", rounds, Integer.MAX_VALUE);
    check("--packets", packets, Integer.MAX_VALUE);
    check("--connects", connects, Integer.MAX_VALUE);
    flows.forEach(count -> check("--flows", count, MOST_FLOWS));
    try {
      if (from != null) {
        show(read(from));
      } else if (other != null) {
        timeOther();
      } else {
        timeSluice();
      }
      return 0;
    } catch (DatapathException | BpfException | DataplaneException | NodeException e) {
      spec.commandLine().getErr().println("datapath: " + e.getMessage());
      return FAILED;
    }
  }

  private void check(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s must be from 1 to %d, not %d".formatted(option, most, value));
    }
  }

  private static Report read(Path file) {
    try {
      return ReportJson.read(Files.readString(file));
    } catch (IOException | IllegalArgumentException e) {
      throw new DatapathException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private void show(Report report) {
    output.begin(out());
    report.rows().forEach(row -> output.print(row, out()));
    output.write(report, out());
  }

  private void timeSluice() {
    try (Testbed testbed = new Testbed();
        EmptyPrograms empty = new EmptyPrograms();
        ConnectStage connect = new ConnectStage(testbed, connects)) {
      List<Stage> stages =
          new ArrayList<>(PacketStages.of(testbed, empty, new Rounds(packets), flows));
      stages.add(connect.stage());
      List<Stage> chosen =
          stages.stream()
              .map(stage -> stage.only(one -> wanted.matcher(one.label().toString()).find()))
              .toList();
      if (chosen.stream().allMatch(stage -> stage.cases().isEmpty())) {
        throw new ParameterException(
            spec.commandLine(), "--cases: no case has '" + wanted + "'; --list prints their names");
      }
      if (list) {
        chosen.forEach(stage -> stage.cases().forEach(one -> out().println(one.label())));
        out().flush();
      } else {
        Disturbance others = new Disturbance();
        List<Row> rows = time(chosen);
        output.write(report(others, rows, testbed.network().call(testbed::programs)), out());
      }
    }
  }

  private void timeOther() {
    try (OtherObject object = new OtherObject(other);
        EmptyPrograms empty = new EmptyPrograms()) {
      Disturbance others = new Disturbance();
      List<Row> rows = time(List.of(object.stage(empty, new Rounds(packets))));
      output.write(report(others, rows, object.programs()), out());
    }
  }

  private List<Row> time(List<Stage> stages) {
    output.begin(out());
    boolean terminal = Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
    Progress progress = new Progress(spec.commandLine().getErr(), terminal);
    return new Runner(rounds, progress, row -> output.print(row, out())).run(stages);
  }

  private Report report(Disturbance others, List<Row> rows, List<ProgramFacts> programs) {
    return new Report(
        MachineFacts.read(),
        new Report.Extent(rounds, packets, connects),
        others.percent(),
        rows,
        programs);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench/run.sh report}. */
@Command(
    name = "report",
    description = {
      "Writes the generated parts of docs/benchmarks.md and its plots from the",
      "results in docs/benchmarks/: datapath.json, jmh.json, compare-MACHINE.json,",
      "those that are there. What is written by hand around those parts stays.",
      "Needs no root, measures nothing, and gives the same files on every machine;",
      "Java draws only where some font is installed, but which one does not matter.",
      "Exit status 1 if results or the page cannot be used, or if --check finds a",
      "difference; 2 for wrong options. A missed target is no error."
    },
    mixinStandardHelpOptions = true)
public final class ReportCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Option(
      names = "--docs",
      paramLabel = "FOLDER",
      defaultValue = "docs",
      description = "has benchmarks.md and benchmarks/ (default: ${DEFAULT-VALUE})")
  private Path docs;

  @Option(
      names = "--check",
      description = "write nothing, and name the files that differ from what the results give")
  private boolean check;

  @Spec private CommandSpec spec;

  /** Takes the arguments of the command line. */
  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new ReportCommand());
  }

  @Override
  public Integer call() {
    // Drawing needs no display, and must not look for one.
    System.setProperty("java.awt.headless", "true");
    try {
      Map<Path, Optional<String>> changes = new BenchmarksPage(docs).changes();
      for (Map.Entry<Path, Optional<String>> change : changes.entrySet()) {
        say(apply(change.getKey(), change.getValue()) + " " + change.getKey());
      }
      if (changes.isEmpty()) {
        say(docs.resolve("benchmarks.md") + " says what the results say");
      } else if (check) {
        spec.commandLine().getErr().println("report: run bench/run.sh report");
        return FAILED;
      }
      return 0;
    } catch (ReportException e) {
      spec.commandLine().getErr().println("report: " + e.getMessage());
      return FAILED;
    }
  }

  private String apply(Path file, Optional<String> content) {
    if (check) {
      return "differs:";
    }
    try {
      if (content.isPresent()) {
        Files.writeString(file, content.get());
        return "wrote";
      }
      Files.delete(file);
      return "removed";
    } catch (IOException e) {
      throw new ReportException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private void say(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }
}

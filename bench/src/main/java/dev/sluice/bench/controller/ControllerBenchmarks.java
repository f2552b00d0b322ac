// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * {@code bench/run.sh jmh}: JMH with its own arguments, the GC profiler and a file of JSON; then
 * the table of targets. A missed target is no error.
 */
public final class ControllerBenchmarks {
  private static final int FAILED = 1;
  private static final int WRONG_ARGUMENTS = 2;

  private static final Path DEFAULT_FILE = Path.of("bench/target/jmh.json");
  private static final String PACKAGE = "dev\\.sluice\\.bench\\.controller\\.";

  /** Those with which JMH runs nothing. */
  private static final Set<String> QUESTIONS = Set.of("-h", "-l", "-lp", "-lprof", "-lrf");

  private ControllerBenchmarks() {}

  /** Takes the arguments of JMH, and {@code --judge FILE}, which runs nothing. */
  public static void main(String[] arguments) throws IOException {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) throws IOException {
    List<String> words = List.of(arguments);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    if (words.contains("--help")) {
      out.println("bench/run.sh jmh [JMH ARGUMENT...] | --judge FILE");
      out.println(
          "Runs what matches the arguments' regular expressions, all without any, and then");
      out.println("says which targets are met. Results: -rff FILE, else " + DEFAULT_FILE + ",");
      out.println("and the machine's facts in a file beside it.");
      out.println("Needs root for what writes to maps. --judge holds an earlier FILE against the");
      out.println("targets. JMH's own arguments:");
      Main.main(new String[] {"-h"});
      return 0;
    }
    if (words.size() == 2 && words.getFirst().equals("--judge")) {
      judge(Path.of(words.get(1)), out);
      return 0;
    }
    if (words.stream().anyMatch(QUESTIONS::contains)) {
      Main.main(arguments);
      return 0;
    }
    try {
      CommandLineOptions given = new CommandLineOptions(arguments);
      Path file = given.getResult().hasValue() ? Path.of(given.getResult().get()) : DEFAULT_FILE;
      new Runner(options(given, file).build()).run();
      RunFacts.withoutPaths(file);
      RunFacts.write(file, words);
      judge(file, out);
      return 0;
    } catch (CommandLineOptionException e) {
      out.println("jmh: " + e.getMessage() + "; --help tells more");
      return WRONG_ARGUMENTS;
    } catch (RunnerException e) {
      out.println("jmh: " + e.getMessage());
      return FAILED;
    }
  }

  private static ChainedOptionsBuilder options(CommandLineOptions given, Path file) {
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .parent(given)
            .resultFormat(ResultFormatType.JSON)
            .result(file.toString());
    if (given.getIncludes().isEmpty()) {
      options.include(PACKAGE);
    }
    if (given.getProfilers().isEmpty()) {
      options.addProfiler(GCProfiler.class);
    }
    return options;
  }

  private static void judge(Path file, PrintWriter out) throws IOException {
    List<Judgement> judgements = Targets.judge(JmhResults.read(Files.readString(file)));
    Targets.table(judgements).forEach(out::println);
  }
}

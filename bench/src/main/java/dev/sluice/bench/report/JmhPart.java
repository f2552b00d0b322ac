// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.controller.JmhResults;
import dev.sluice.bench.controller.RunFacts;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What the controller's own work costs. */
final class JmhPart {
  /** The file that it is made from. */
  static final String FILE = "jmh.json";

  private static final String NAME = "jmh";
  private static final String COMMAND = "bench/run.sh jmh -rff docs/benchmarks/" + FILE;

  private JmhPart() {}

  /**
   * The part.
   *
   * @param facts of the machine, where they were written
   */
  static Part of(Optional<JmhResults> measured, Optional<RunFacts> facts) {
    return new Part(
        NAME,
        measured
            .map(results -> origin(facts) + table(results))
            .orElseGet(() -> Missing.line(COMMAND)));
  }

  private static String origin(Optional<RunFacts> facts) {
    return facts
        .map(known -> known.machine() + ". `" + known.command() + "`.\n\n")
        .orElse("On which machine is not known.\n\n");
  }

  private static String table(JmhResults results) {
    return "| benchmark | parameters | median | allocated |\n|---|---|---:|---:|\n"
        + results.results().stream().map(JmhPart::line).collect(Collectors.joining());
  }

  private static String line(JmhResults.Result result) {
    return "| %s | %s | %s | %s |\n"
        .formatted(
            result.benchmark().replace("Benchmark.", ": "),
            result.parameters().entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .collect(Collectors.joining(", ")),
            duration(result.nanos()),
            result.bytes().isEmpty() ? "" : bytes(result.bytes().getAsDouble()));
  }

  private static String duration(double nanos) {
    if (nanos < 1e3) {
      return Figures.of(nanos) + " ns";
    }
    return nanos < 1e6 ? Figures.of(nanos / 1e3) + " µs" : Figures.of(nanos / 1e6) + " ms";
  }

  private static String bytes(double bytes) {
    return bytes < 1 << 20
        ? String.format(Locale.ROOT, "%,.0f B", bytes)
        : String.format(Locale.ROOT, "%,.1f MiB", bytes / (1 << 20));
  }
}

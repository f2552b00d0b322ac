// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Subject;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The figures of a plot, a line for each point. */
final class CompareTable {
  private final Comparison comparison;
  private final boolean figures;

  private CompareTable(Comparison comparison, boolean figures) {
    this.comparison = comparison;
    this.figures = figures;
  }

  /**
   * A table in Markdown.
   *
   * @param subjects of one measure
   */
  static String of(Comparison comparison, List<Subject> subjects) {
    boolean figures = comparison.hasFiguresOf(subjects.getFirst().measure());
    CompareTable table = new CompareTable(comparison, figures);
    return table.heading(subjects.getFirst())
        + subjects.stream().map(table::lines).collect(Collectors.joining());
  }

  private String heading(Subject subject) {
    return "| Services | | "
        + (figures ? subject.measure().writtenUnit() + ", median (least–greatest) | " : "")
        + "to direct | to Sluice, socket hooks |\n|---:|---|"
        + (figures ? "---:|" : "")
        + "---:|---:|\n";
  }

  private String lines(Subject subject) {
    return comparison.results().stream()
        .filter(result -> result.subject().equals(subject))
        .map(Result::services)
        .collect(Collectors.toCollection(TreeSet::new))
        .stream()
        .flatMap(
            services ->
                Arrays.stream(Mode.values())
                    .flatMap(mode -> comparison.find(subject, mode, services).stream()))
        .map(this::line)
        .collect(Collectors.joining());
  }

  private String line(Result result) {
    String statistic = result.subject().statistic();
    return "| %s | %s%s | %s%s | %s |%n"
        .formatted(
            Figures.count(result.services()),
            result.mode().label(),
            statistic.equals("median") ? "" : ", " + statistic,
            figures ? Figures.of(result.spread()) + " | " : "",
            ratio(result, Mode.DIRECT),
            ratio(result, Mode.SLUICE_SOCKETS));
  }

  private String ratio(Result result, Mode reference) {
    return result.mode() == reference
        ? ""
        : comparison
            .ratio(result, reference)
            .map(
                spread ->
                    "%s (%s–%s)"
                        .formatted(
                            Figures.ratio(spread.median()),
                            Figures.ratio(spread.least()),
                            Figures.ratio(spread.most())))
            .orElse("");
  }
}

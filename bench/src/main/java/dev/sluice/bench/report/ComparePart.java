// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Subject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The comparisons of all machines: plots, and under each its figures. */
final class ComparePart {
  private static final String NAME = "compare";

  private final StringBuilder text = new StringBuilder();
  private final Map<String, String> plots = new TreeMap<>();

  private ComparePart() {}

  /**
   * The part.
   *
   * @param comparisons by name of the machine
   */
  static Part of(Map<String, Comparison> comparisons) {
    ComparePart part = new ComparePart();
    WantedMachine.titles(comparisons.keySet())
        .forEach(
            (name, title) -> {
              part.text.append("### ").append(title).append("\n\n");
              if (comparisons.containsKey(name)) {
                part.append(comparisons.get(name));
              } else {
                part.text.append(Missing.line(WantedMachine.command(name)));
              }
            });
    return new Part(NAME, part.text.toString(), part.plots);
  }

  private void append(Comparison comparison) {
    text.append(comparison.machine())
        .append(". `")
        .append(comparison.report().command())
        .append("`, ")
        .append(comparison.report().when(), 0, "2026-01-01".length())
        .append(", commit ")
        .append(comparison.report().commit())
        .append(".\n\n");
    if (!comparison.report().leftOut().isEmpty()) {
      text.append("Left out: ")
          .append(
              comparison.report().leftOut().stream()
                  .map(one -> one.mode().label() + " (" + one.why() + ")")
                  .collect(Collectors.joining("; ")))
          .append(".\n\n");
    }
    comparison.subjects().stream()
        .collect(
            Collectors.groupingBy(
                subject -> List.of(subject.measure(), subject.path()),
                LinkedHashMap::new,
                Collectors.toList()))
        .values()
        .forEach(subjects -> append(comparison, subjects));
  }

  private void append(Comparison comparison, List<Subject> subjects) {
    Subject first = subjects.getFirst();
    boolean prominent = first.measure().isProminent();
    text.append(prominent ? "#### " + first.title() + "\n\n" : folded(first.title()));
    String file =
        "compare-%s-%s%s.svg"
            .formatted(
                comparison.name(),
                first.measure(),
                first.measure().dependsOnPath() ? "-" + first.path() : "");
    new ComparePlots(comparison)
        .svg(subjects)
        .ifPresent(
            svg -> {
              plots.put(file, svg);
              text.append("![%s](benchmarks/%s)\n\n".formatted(first.title(), file));
            });
    if (prominent) {
      text.append(folded("Figures"));
    }
    text.append(CompareTable.of(comparison, new ArrayList<>(subjects)));
    text.append("\n</details>\n\n");
  }

  private static String folded(String summary) {
    return "<details><summary>" + summary + "</summary>\n\n";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.controller.JmhResults;
import dev.sluice.bench.controller.Judgement;
import dev.sluice.bench.controller.Targets;
import dev.sluice.bench.datapath.Report;
import dev.sluice.bench.datapath.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was asked for, and whether it was reached; what nobody has measured is said to be so. */
final class TargetsPart {
  private static final String NAME = "targets";

  private final StringBuilder text = new StringBuilder();

  private TargetsPart() {}

  static Part of(
      Map<String, Comparison> comparisons, Optional<JmhResults> jmh, Optional<Report> datapath) {
    TargetsPart part = new TargetsPart();
    part.appendComparisons(comparisons);
    part.appendController(Targets.judge(jmh.orElseGet(() -> new JmhResults(List.of()))));
    datapath.ifPresent(part::append);
    return new Part(NAME, part.text.toString());
  }

  /** A line for each target, a column for each machine. */
  private void appendComparisons(Map<String, Comparison> comparisons) {
    Map<String, String> titles = WantedMachine.titles(comparisons.keySet());
    text.append("| side by side | target | ")
        .append(String.join(" | ", titles.values()))
        .append(" |\n|---|---|")
        .append("---|".repeat(titles.size()))
        .append("\n");
    Map<String, List<Judgement>> lines = new LinkedHashMap<>();
    for (String name : titles.keySet()) {
      Comparison comparison =
          comparisons.containsKey(name) ? comparisons.get(name) : WantedMachine.unmeasured(name);
      CompareTargets.judge(comparison)
          .forEach(one -> lines.computeIfAbsent(one.what(), any -> new ArrayList<>()).add(one));
    }
    lines.forEach(
        (what, all) ->
            text.append("| %s | %s | ".formatted(what, all.getFirst().target()))
                .append(all.stream().map(TargetsPart::cell).collect(Collectors.joining(" | ")))
                .append(" |\n"));
  }

  private void appendController(List<Judgement> judgements) {
    text.append("\n| controller | target | |\n|---|---|---|\n");
    for (Judgement one : judgements) {
      text.append("| %s | %s | %s |\n".formatted(one.what(), one.target(), cell(one)));
    }
  }

  private static String cell(Judgement one) {
    return one.met()
        .map(met -> one.figure() + (met ? ": met" : ": **missed**"))
        .orElse(one.outcome());
  }

  private void append(Report datapath) {
    List<Boolean> outcomes =
        datapath.rows().stream().map(Row::met).flatMap(Optional::stream).toList();
    text.append(
        "\nOf the %d targets of the data path, which stand in its table, %d are met.\n"
            .formatted(outcomes.size(), outcomes.stream().filter(met -> met).count()));
  }
}

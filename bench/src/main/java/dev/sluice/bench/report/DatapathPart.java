// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.datapath.MarkdownTable;
import dev.sluice.bench.datapath.Report;
import java.util.Map;
import java.util.Optional;

/** What packets cost: a plot and all figures. */
final class DatapathPart {
  /** The file that it is made from. */
  static final String FILE = "datapath.json";

  private static final String NAME = "datapath";
  private static final String COMMAND = "bench/run.sh datapath --json docs/benchmarks/" + FILE;
  private static final String PLOT = "datapath.svg";

  private DatapathPart() {}

  static Part of(Optional<Report> measured) {
    return measured
        .map(
            report ->
                new Part(
                    NAME,
                    "![What a packet costs in Sluice's programs](benchmarks/"
                        + PLOT
                        + ")\n\n"
                        + MarkdownTable.of(report),
                    Map.of(PLOT, DatapathPlot.svg(report, COMMAND))))
        .orElseGet(() -> new Part(NAME, Missing.line(COMMAND)));
  }
}

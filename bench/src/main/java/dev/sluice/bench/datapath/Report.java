// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.MachineFacts;
import java.util.List;

/**
 * All that a run has found.
 *
 * @param othersPercent of the processors was used by others meanwhile
 */
public record Report(
    MachineFacts machine,
    Extent extent,
    int othersPercent,
    List<Row> rows,
    List<ProgramFacts> programs) {
  /**
   * How much was timed.
   *
   * @param packets of a round
   * @param connects socket calls of a round, of each kind
   */
  public record Extent(int rounds, int packets, int connects) {}

  public Report {
    rows = List.copyOf(rows);
    programs = List.copyOf(programs);
  }
}

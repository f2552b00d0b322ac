// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;

/**
 * All that a run has found. Ratios are the reader's to work out: the n-th rounds of all modes were
 * taken side by side.
 *
 * @param when the instant at which it ended, in ISO 8601
 * @param command how to do the same again
 */
@JsonPropertyOrder({
  "version", "kind", "when", "command", "commit", "machine", "leftOut", "results"
})
public record CompareReport(
    int version,
    String kind,
    String when,
    String command,
    String commit,
    Machine machine,
    List<LeftOut> leftOut,
    List<Result> results) {
  /** Of these files, as this version of the program writes and reads them. */
  public static final int VERSION = 1;

  public static final String KIND = "compare";

  public CompareReport {
    leftOut = List.copyOf(leftOut);
    results = List.copyOf(results);
  }

  /** Of this version. */
  public static CompareReport of(
      String when,
      String command,
      String commit,
      Machine machine,
      List<LeftOut> leftOut,
      List<Result> results) {
    return new CompareReport(VERSION, KIND, when, command, commit, machine, leftOut, results);
  }
}

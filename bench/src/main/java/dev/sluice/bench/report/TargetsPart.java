// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.controller.Judgement;
import java.util.List;
import java.util.Map;

/** What was asked for, and whether it was reached. */
final class TargetsPart {
  private static final String NAME = "targets";

  private TargetsPart() {}

  /**
   * The part.
   *
   * @param judgements by the name of what was run
   */
  static Part of(Map<String, List<Judgement>> judgements) {
    StringBuilder text = new StringBuilder();
    text.append("| where | what | target | measured | |\n|---|---|---|---|---|\n");
    judgements.forEach(
        (where, all) ->
            all.forEach(
                one ->
                    text.append(
                        "| %s | %s | %s | %s | %s |%n"
                            .formatted(
                                where,
                                one.what(),
                                one.target(),
                                one.figure(),
                                one.met().orElse(true)
                                    ? one.outcome()
                                    : "**" + one.outcome() + "**"))));
    return new Part(NAME, text.toString());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.util.Locale;

/** Results as text, a line for each, in the order in which they come. */
final class TextTable {
  static final String HEADING = line("hook", "packet or call", "family", "flows", "min", "median");

  private TextTable() {}

  static String line(Row row) {
    Label label = row.label();
    String line =
        line(
            label.hook(),
            label.packet(),
            label.family(),
            label.flows() == 0 ? "" : String.format(Locale.ROOT, "%,d", label.flows()),
            nanos(row.min()),
            nanos(row.median()));
    StringBuilder text = new StringBuilder(line);
    row.target()
        .ifPresent(
            target ->
                text.append("  <= ")
                    .append(nanos(target.nanos()))
                    .append(row.met().orElseThrow() ? " met" : " MISSED")
                    .append(target.basis().isEmpty() ? "" : " (" + target.basis() + ")"));
    if (!row.note().isEmpty()) {
      text.append("  ").append(row.note());
    }
    return text.toString();
  }

  static String line(ProgramFacts program) {
    return String.format(
        Locale.ROOT,
        "%-20s %,9d instructions verified, %3d bytes of stack: %s",
        program.name(),
        program.instructions(),
        program.stack(),
        program.deepestCall());
  }

  private static String line(
      String hook, String packet, String family, String flows, String min, String median) {
    return "%-10s %-44s %-6s %8s %8s %8s".formatted(hook, packet, family, flows, min, median);
  }

  private static String nanos(double nanos) {
    return String.format(Locale.ROOT, "%.1f", nanos);
  }
}

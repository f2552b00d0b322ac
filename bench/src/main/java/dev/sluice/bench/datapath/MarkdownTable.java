// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.util.Locale;

/** A report as tables in Markdown. */
public final class MarkdownTable {
  private MarkdownTable() {}

  /** The figures of a report, and what the verifier says about the programs. */
  public static String of(Report report) {
    StringBuilder text = new StringBuilder();
    Report.Extent extent = report.extent();
    text.append(
        String.format(
            Locale.ROOT,
            "%s. Nanoseconds, net; %d rounds of %,d packets (%,d connects). Others used %d %% of the"
                + " processors meanwhile.%n%n",
            report.machine(),
            extent.rounds(),
            extent.packets(),
            extent.connects(),
            report.othersPercent()));
    text.append("| hook | packet or call | family | flows | min | median | target | |\n");
    text.append("|---|---|---|---:|---:|---:|---:|---|\n");
    report.rows().forEach(row -> text.append(line(row)));
    text.append(
        "\n| program | instructions verified | stack, bytes | the call that takes most |\n");
    text.append("|---|---:|---:|---|\n");
    report.programs().forEach(program -> text.append(line(program)));
    return text.toString();
  }

  private static String line(Row row) {
    Label label = row.label();
    String outcome = row.met().map(met -> met ? "met" : "**missed**").orElse("");
    String basis = row.target().map(Target.Limit::basis).orElse("");
    StringBuilder remarks = new StringBuilder(outcome);
    for (String remark : new String[] {basis, row.note()}) {
      if (!remark.isEmpty()) {
        remarks.append(remarks.isEmpty() ? "" : "; ").append(remark);
      }
    }
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | %.1f | %.1f | %s | %s |%n",
        label.hook(),
        label.packet(),
        label.family(),
        label.flows() == 0 ? "" : String.format(Locale.ROOT, "%,d", label.flows()),
        row.min(),
        row.median(),
        row.target()
            .map(target -> String.format(Locale.ROOT, "&le; %.0f", target.nanos()))
            .orElse(""),
        remarks);
  }

  private static String line(ProgramFacts program) {
    return String.format(
        Locale.ROOT,
        "| `%s` | %,d | %d | %s |%n",
        program.name(),
        program.instructions(),
        program.stack(),
        program.deepestCall());
  }
}

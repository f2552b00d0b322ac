// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a report goes. */
final class OutputOptions {
  private enum Format {
    TEXT,
    JSON
  }

  @Option(
      names = {"-o", "--output"},
      paramLabel = "text|json",
      defaultValue = "text",
      description = "form of the output (default: ${DEFAULT-VALUE})")
  private Format format;

  @Option(names = "--json", paramLabel = "FILE", description = "also write the report there")
  private Path json;

  private boolean isJson() {
    return format == Format.JSON;
  }

  /** Begins the table. */
  void begin(PrintWriter out) {
    if (!isJson()) {
      out.println(TextTable.HEADING);
    }
  }

  /** Prints a line of the table. */
  void print(Row row, PrintWriter out) {
    if (!isJson()) {
      out.println(TextTable.line(row));
      out.flush();
    }
  }

  /** Writes a report to all places; the lines of its table have been printed as they came. */
  void write(Report report, PrintWriter out) {
    if (isJson()) {
      out.println(ReportJson.write(report));
    } else {
      report.programs().forEach(program -> out.println(TextTable.line(program)));
      out.printf(
          "Nanoseconds, net, on %s; others used %d %% of the processors meanwhile%n",
          report.machine(), report.othersPercent());
    }
    out.flush();
    try {
      if (json != null) {
        Files.writeString(json, ReportJson.write(report) + "\n");
      }
    } catch (IOException e) {
      throw new DatapathException("cannot write the report: " + e.getMessage(), e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Clock;
import dev.sluice.bench.compare.result.CompareReport;
import dev.sluice.bench.compare.result.LeftOut;
import dev.sluice.bench.compare.result.Machine;
import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** Reads what {@code bench/run.sh compare} has written; an error names the place in the file. */
public final class ComparisonFile {
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT");

  private ComparisonFile() {}

  /**
   * All of a file.
   *
   * @throws ReportException if it cannot be used
   */
  public static CompareReport read(Path file) {
    JsonField root = JsonField.read(file);
    int version = root.at("version").count();
    root.at("version").check(version == CompareReport.VERSION, "must be " + CompareReport.VERSION);
    root.at("kind")
        .check(
            root.at("kind").text().equals(CompareReport.KIND),
            "must be \"" + CompareReport.KIND + "\"");
    JsonField when = root.at("when");
    when.check(
        DAY.matcher(when.text()).lookingAt(), "must be an instant such as 2026-01-31T12:00:00Z");
    return CompareReport.of(
        when.text(),
        root.at("command").text(),
        root.at("commit").text(),
        machine(root.at("machine")),
        root.at("leftOut").list(ComparisonFile::leftOut),
        root.at("results").list(ComparisonFile::result));
  }

  private static Machine machine(JsonField field) {
    return new Machine(
        field.at("kernel").text(),
        field.at("architecture").text(),
        field.at("processors").count(),
        field.at("processorModel").text(),
        field.at("memoryMiB").count(),
        field.at("virtual").yes(),
        field.at("clock").oneOf(Clock.values()));
  }

  private static LeftOut leftOut(JsonField field) {
    return new LeftOut(field.at("mode").oneOf(Mode.values()), field.at("why").text());
  }

  /** Unit, median, least and most follow from the rest. */
  private static Result result(JsonField field) {
    JsonField rounds = field.at("rounds");
    List<Double> figures = rounds.list(JsonField::number);
    rounds.check(!figures.isEmpty(), "must have a figure");
    Measure measure = field.at("measure").oneOf(Measure.values());
    JsonField unit = field.at("unit");
    unit.check(unit.text().equals(measure.unit()), "must be " + measure.unit());
    return new Result(
        field.at("mode").oneOf(Mode.values()),
        new Subject(measure, field.at("path").text(), field.at("statistic").text()),
        field.at("services").count(),
        field.at("endpointsPerService").count(),
        figures);
  }
}

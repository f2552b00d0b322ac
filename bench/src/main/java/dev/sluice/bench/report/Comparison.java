// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file that {@code bench/run.sh compare} has written.
 *
 * @param name of the machine: the file's without {@code compare-}
 */
record Comparison(
    String name,
    String when,
    String command,
    String commit,
    Machine machine,
    List<LeftOut> leftOut,
    List<Result> results) {
  private static final int VERSION = 1;
  private static final Pattern DAY = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT");
  private static final String PREFIX = "compare-";
  private static final String SUFFIX = ".json";

  /** A mode that a machine cannot run. */
  record LeftOut(Mode mode, String why) {}

  Comparison {
    leftOut = List.copyOf(leftOut);
    results = List.copyOf(results);
  }

  static boolean isName(String file) {
    return file.startsWith(PREFIX) && file.endsWith(SUFFIX);
  }

  static Comparison read(Path file) {
    JsonField root = JsonField.read(file);
    root.at("version").check(root.at("version").count() == VERSION, "must be " + VERSION);
    root.at("kind").check(root.at("kind").text().equals("compare"), "must be \"compare\"");
    JsonField when = root.at("when");
    when.check(
        DAY.matcher(when.text()).lookingAt(), "must be an instant such as 2026-01-31T12:00:00Z");
    String fileName = file.getFileName().toString();
    return new Comparison(
        fileName.substring(PREFIX.length(), fileName.length() - SUFFIX.length()),
        when.text(),
        root.at("command").text(),
        root.at("commit").text(),
        Machine.read(root.at("machine")),
        root.at("leftOut")
            .list(one -> new LeftOut(Mode.read(one.at("mode")), one.at("why").text())),
        root.at("results").list(Result::read));
  }

  /** What was measured at all, in the order of the page. */
  List<Result.Subject> subjects() {
    return results.stream()
        .map(Result::subject)
        .distinct()
        .sorted(
            Comparator.comparing(Result.Subject::measure)
                .thenComparing(Result.Subject::path, Comparator.reverseOrder()))
        .toList();
  }

  /** By number of Services. */
  Stream<Result> of(Result.Subject subject, Mode mode) {
    return results.stream()
        .filter(result -> result.mode() == mode && result.subject().equals(subject))
        .sorted(Comparator.comparingInt(Result::services));
  }

  /** The unit of a subject, as it is written. */
  String unit(Result.Subject subject) {
    return results.stream()
        .filter(result -> result.subject().equals(subject))
        .map(result -> subject.measure().unit(result.unit()))
        .findFirst()
        .orElse("");
  }

  Optional<Result> find(Result.Subject subject, Mode mode, int services) {
    return of(subject, mode).filter(result -> result.services() == services).findFirst();
  }

  /**
   * The ratio of a result to that of another mode in the same place, if both were measured; to what
   * may be nothing, such as memory, there is none.
   */
  Optional<Spread> ratio(Result result, Mode reference) {
    return find(result.subject(), reference, result.services())
        .filter(other -> other.spread().least() > 0)
        .map(result::ratioTo);
  }

  /** Whether figures of a measure mean something by themselves; only ratios do otherwise. */
  boolean hasFiguresOf(Measure measure) {
    return !measure.needsTrueClock() || machine.clock() == Machine.Clock.REAL;
  }
}

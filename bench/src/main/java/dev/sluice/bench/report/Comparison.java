// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Clock;
import dev.sluice.bench.compare.result.CompareReport;
import dev.sluice.bench.compare.result.Machine;
import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Spread;
import dev.sluice.bench.compare.result.Subject;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file that {@code bench/run.sh compare} has written.
 *
 * @param name of the machine: the file's without {@code compare-}
 */
record Comparison(String name, CompareReport report) {
  private static final String PREFIX = "compare-";
  private static final String SUFFIX = ".json";

  static boolean isName(String file) {
    return file.startsWith(PREFIX) && file.endsWith(SUFFIX);
  }

  static Comparison read(Path file) {
    String fileName = file.getFileName().toString();
    return new Comparison(
        fileName.substring(PREFIX.length(), fileName.length() - SUFFIX.length()),
        ComparisonFile.read(file));
  }

  Machine machine() {
    return report.machine();
  }

  List<Result> results() {
    return report.results();
  }

  /** What was measured at all, in the order of the page. */
  List<Subject> subjects() {
    return results().stream()
        .map(Result::subject)
        .distinct()
        .sorted(
            Comparator.comparing(Subject::measure)
                .thenComparing(Subject::path, Comparator.reverseOrder()))
        .toList();
  }

  /** By number of Services. */
  Stream<Result> of(Subject subject, Mode mode) {
    return results().stream()
        .filter(result -> result.mode() == mode && result.subject().equals(subject))
        .sorted(Comparator.comparingInt(Result::services));
  }

  Optional<Result> find(Subject subject, Mode mode, int services) {
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
    return !measure.needsTrueClock() || machine().clock() == Clock.REAL;
  }
}

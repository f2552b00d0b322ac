// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A measurement of one mode at one number of Services.
 *
 * @param rounds one figure a round; the n-th rounds of all modes were taken side by side
 */
record Result(
    Mode mode, Subject subject, int services, int endpoints, String unit, List<Double> rounds) {
  /**
   * What was measured, so that results of one subject compare.
   *
   * @param path {@code pod-to-pod} or {@code outside-to-node}; {@code node} for what no traffic
   *     shows
   * @param statistic {@code median}, or a percentile of the requests of a round
   */
  record Subject(Measure measure, String path, String statistic) {
    /** Measure and path, for people. */
    String title() {
      return measure.dependsOnPath() ? measure.title() + pathTitle() : measure.title();
    }

    private String pathTitle() {
      return switch (path) {
        case "pod-to-pod" -> ", from a pod";
        case "outside-to-node" -> ", from outside the cluster";
        default -> ", " + path;
      };
    }
  }

  Result {
    rounds = List.copyOf(rounds);
  }

  static Result read(JsonField field) {
    Measure measure = Measure.read(field.at("measure"));
    JsonField roundsField = field.at("rounds");
    List<Double> rounds = roundsField.list(JsonField::number);
    roundsField.check(!rounds.isEmpty(), "must have a figure");
    return new Result(
        Mode.read(field.at("mode")),
        new Subject(measure, field.at("path").text(), field.at("statistic").text()),
        field.at("services").count(),
        field.at("endpointsPerService").count(),
        field.at("unit").text(),
        rounds);
  }

  Spread spread() {
    return Spread.of(rounds);
  }

  /** By round, so that what slowed a whole round down does not count. */
  Spread ratioTo(Result reference) {
    return Spread.of(
        IntStream.range(0, Math.min(rounds.size(), reference.rounds.size()))
            .mapToObj(i -> rounds.get(i) / reference.rounds.get(i))
            .toList());
  }
}

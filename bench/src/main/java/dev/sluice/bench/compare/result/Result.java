// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.sluice.bench.common.Samples;
import java.util.List;

/**
 * A measurement of one mode at one number of Services.
 *
 * @param path who asks, or {@code "node"} where no traffic shows the figure
 * @param statistic what a round's figure is of its requests: {@code median} where it is one figure
 *     anyway
 * @param rounds one figure a round
 */
@JsonPropertyOrder({
  "mode",
  "path",
  "services",
  "endpointsPerService",
  "measure",
  "unit",
  "statistic",
  "rounds",
  "median",
  "least",
  "most"
})
public record Result(
    String mode,
    String path,
    int services,
    int endpointsPerService,
    String measure,
    String unit,
    String statistic,
    List<Double> rounds,
    double median,
    double least,
    double most) {
  public Result {
    rounds = List.copyOf(rounds);
  }

  /** Of the figures of all rounds. */
  public static Result of(
      String mode,
      String path,
      int services,
      int endpointsPerService,
      String measure,
      String unit,
      String statistic,
      List<Double> rounds) {
    Samples samples = new Samples(rounds);
    return new Result(
        mode,
        path,
        services,
        endpointsPerService,
        measure,
        unit,
        statistic,
        rounds,
        samples.median(),
        samples.min(),
        samples.max());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A measurement of one mode at one number of Services.
 *
 * @param endpoints of each Service
 * @param rounds one figure a round; the n-th rounds of all modes were taken side by side
 */
@JsonPropertyOrder({
  "mode",
  "subject",
  "services",
  "endpointsPerService",
  "unit",
  "rounds",
  "spread"
})
public record Result(
    Mode mode,
    @JsonUnwrapped Subject subject,
    int services,
    @JsonProperty("endpointsPerService") int endpoints,
    List<Double> rounds) {
  public Result {
    rounds = List.copyOf(rounds);
  }

  @JsonProperty
  public String unit() {
    return subject.measure().unit();
  }

  @JsonProperty
  @JsonUnwrapped
  public Spread spread() {
    return Spread.of(rounds);
  }

  /** By round, so that what slowed a whole round down does not count. */
  public Spread ratioTo(Result reference) {
    return Spread.of(
        IntStream.range(0, Math.min(rounds.size(), reference.rounds.size()))
            .mapToObj(i -> rounds.get(i) / reference.rounds.get(i))
            .toList());
  }
}

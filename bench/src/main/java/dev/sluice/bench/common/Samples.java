// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import java.util.List;

/**
 * Figures of the same thing.
 *
 * @param rounds one figure a round, sorted
 */
public record Samples(List<Double> rounds) {
  public Samples {
    rounds = rounds.stream().sorted().toList();
  }

  public double min() {
    return rounds.getFirst();
  }

  public double max() {
    return rounds.getLast();
  }

  public double median() {
    int middle = rounds.size() / 2;
    return rounds.size() % 2 == 1
        ? rounds.get(middle)
        : (rounds.get(middle - 1) + rounds.get(middle)) / 2;
  }
}

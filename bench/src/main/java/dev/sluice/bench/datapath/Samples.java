// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.util.List;

/**
 * Nanoseconds for each packet.
 *
 * @param rounds one figure a round, sorted
 */
record Samples(List<Double> rounds) {
  Samples {
    rounds = rounds.stream().sorted().toList();
  }

  double min() {
    return rounds.getFirst();
  }

  double median() {
    int middle = rounds.size() / 2;
    return rounds.size() % 2 == 1
        ? rounds.get(middle)
        : (rounds.get(middle - 1) + rounds.get(middle)) / 2;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import java.util.List;

/** What rounds have given, in short. */
record Spread(double median, double least, double most) {
  static Spread of(List<Double> rounds) {
    List<Double> sorted = rounds.stream().sorted().toList();
    int middle = sorted.size() / 2;
    double median =
        sorted.size() % 2 == 1
            ? sorted.get(middle)
            : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    return new Spread(median, sorted.getFirst(), sorted.getLast());
  }

  Spread atLeast(double floor) {
    return new Spread(Math.max(median, floor), Math.max(least, floor), Math.max(most, floor));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import dev.sluice.bench.common.Samples;
import java.util.List;

/** What rounds have given, in short. */
public record Spread(double median, double least, double most) {
  public static Spread of(List<Double> rounds) {
    Samples samples = new Samples(rounds);
    return new Spread(samples.median(), samples.min(), samples.max());
  }

  public Spread atLeast(double floor) {
    return new Spread(Math.max(median, floor), Math.max(least, floor), Math.max(most, floor));
  }
}

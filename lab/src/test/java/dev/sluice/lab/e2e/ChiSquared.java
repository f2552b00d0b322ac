// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import java.util.Collection;

/** Pearson's test of whether counts are a fair share each. */
final class ChiSquared {
  private static final int STEPS = 400;

  private ChiSquared() {}

  /** The probability of counts at least this uneven if every cell is as likely. */
  static double probability(Collection<Integer> counts) {
    double expected = counts.stream().mapToInt(Integer::intValue).average().orElseThrow();
    double statistic =
        counts.stream()
            .mapToDouble(count -> (count - expected) * (count - expected) / expected)
            .sum();
    return upperTail((counts.size() - 1) / 2.0, statistic / 2);
  }

  /** The regularised incomplete gamma function Q(a, x), by the series of P(a, x) = 1 - Q(a, x). */
  static double upperTail(double a, double x) {
    double term = 1 / a;
    double sum = term;
    for (int step = 1; step < STEPS; step++) {
      term *= x / (a + step);
      sum += term;
    }
    return 1 - sum * Math.exp(a * Math.log(x) - x - logGamma(a));
  }

  /** For multiples of one half. */
  private static double logGamma(double a) {
    double product = 0;
    double rest = a;
    for (; rest > 1; rest--) {
      product += Math.log(rest - 1);
    }
    return product + (rest == 1 ? 0 : Math.log(Math.PI) / 2);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Spread;
import java.util.Locale;

/** Figures as readers see them: three digits that count. */
final class Figures {
  private Figures() {}

  static String count(int number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String of(double value) {
    double size = Math.abs(value);
    int decimals = size == 0 || size >= 99.95 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3;
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  /** {@code 20,350 (19,800–20,700)}. */
  static String of(Spread spread) {
    return "%s (%s–%s)".formatted(of(spread.median()), of(spread.least()), of(spread.most()));
  }

  /** Ratios around one, of which hundredths count. */
  static String ratio(double value) {
    return value < 10 ? String.format(Locale.ROOT, "%.2f", value) : of(value);
  }
}

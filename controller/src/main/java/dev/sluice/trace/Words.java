// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import java.time.Duration;
import java.util.Locale;

/** How an explanation writes constants and times. */
final class Words {
  private Words() {}

  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static double seconds(Duration duration) {
    return duration.toMillis() / 1000.0;
  }
}

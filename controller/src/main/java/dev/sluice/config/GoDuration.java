// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Kubernetes writes them: {@code 1h30m}, {@code 250ms}, {@code 0s}, {@code 0}. */
public final class GoDuration {
  private static final Pattern PART = Pattern.compile("(\\d+\\.?\\d*|\\.\\d+)(ns|us|µs|ms|s|m|h)");
  private static final Pattern WHOLE = Pattern.compile("[+-]?(" + PART.pattern() + ")+");

  private static final Map<String, Long> NANOSECONDS =
      Map.of(
          "ns", 1L,
          "us", 1_000L,
          "µs", 1_000L,
          "ms", 1_000_000L,
          "s", 1_000_000_000L,
          "m", 60_000_000_000L,
          "h", 3_600_000_000_000L);

  private GoDuration() {}

  /**
   * Reads a duration.
   *
   * @throws IllegalArgumentException if it is none, or longer than 292 years
   */
  public static Duration parse(String text) {
    if (text.equals("0")) {
      return Duration.ZERO;
    }
    if (!WHOLE.matcher(text).matches()) {
      throw new IllegalArgumentException("'" + text + "' is not a duration such as 30s or 1h30m");
    }
    BigDecimal sum = BigDecimal.ZERO;
    Matcher parts = PART.matcher(text);
    while (parts.find()) {
      sum = sum.add(new BigDecimal(parts.group(1)).multiply(unit(parts.group(2))));
    }
    try {
      long nanoseconds = sum.toBigInteger().longValueExact();
      return Duration.ofNanos(text.startsWith("-") ? -nanoseconds : nanoseconds);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("'" + text + "' is too long a duration", e);
    }
  }

  private static BigDecimal unit(String name) {
    return BigDecimal.valueOf(NANOSECONDS.get(name));
  }

  /** As Kubernetes prints it, such as {@code 24h0m0s}. */
  public static String format(Duration duration) {
    if (duration.isNegative()) {
      return "-" + format(duration.negated());
    }
    String seconds =
        BigDecimal.valueOf(duration.toSecondsPart())
                .add(BigDecimal.valueOf(duration.toNanosPart(), 9))
                .stripTrailingZeros()
                .toPlainString()
            + "s";
    if (duration.toHours() > 0) {
      return duration.toHours() + "h" + duration.toMinutesPart() + "m" + seconds;
    }
    return duration.toMinutes() > 0 ? duration.toMinutes() + "m" + seconds : seconds;
  }
}

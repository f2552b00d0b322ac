// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.GoDuration;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 300} (seconds), {@code 5m} and the like. */
final class DurationConverter implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String text) {
    Duration duration;
    try {
      duration = GoDuration.parse(text.matches("\\d+") ? text + "s" : text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
    if (duration.isNegative() || duration.isZero()) {
      throw new TypeConversionException("'" + text + "' is not more than 0");
    }
    return duration;
  }
}

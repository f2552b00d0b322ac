// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** What a case's median is held against. */
public sealed interface Target {
  /**
   * What a row shows.
   *
   * @param nanos at most
   * @param basis what it was computed from; "" for a number that was set
   */
  record Limit(double nanos, String basis) {}

  /** None was set. */
  record None() implements Target {}

  /** So many nanoseconds. */
  record AtMost(double nanos) implements Target {}

  /** A multiple of the median of the same case with another number of flows. */
  record Times(double factor, int flows) implements Target {}

  /**
   * The limit in nanoseconds.
   *
   * @param median of the same case with another number of flows, if it has been timed
   */
  default Optional<Limit> limit(Function<Integer, OptionalDouble> median) {
    return switch (this) {
      case None() -> Optional.empty();
      case AtMost(double nanos) -> Optional.of(new Limit(nanos, ""));
      case Times(double factor, int flows) -> {
        OptionalDouble other = median.apply(flows);
        yield other.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new Limit(
                    factor * other.getAsDouble(),
                    String.format(Locale.ROOT, "%.0f times that of %,d flows", factor, flows)));
      }
    };
  }
}

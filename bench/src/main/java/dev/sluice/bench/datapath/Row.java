// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.Samples;
import java.util.Optional;

/**
 * A result.
 *
 * @param min nanoseconds for each packet or call, net, in the best round
 * @param median of all rounds
 * @param note what a reader must know of the figures; mostly ""
 */
public record Row(
    Label label, double min, double median, Optional<Target.Limit> target, String note) {
  static Row of(Case timed, Samples samples, Optional<Target.Limit> target) {
    return new Row(
        timed.label(),
        tenths(samples.min()),
        tenths(samples.median()),
        target.map(limit -> new Target.Limit(tenths(limit.nanos()), limit.basis())),
        timed.measurement().note());
  }

  /** No figure here is good to less than a tenth of a nanosecond. */
  private static double tenths(double nanos) {
    return Math.round(nanos * 10) / 10.0;
  }

  /** Whether the median is within the target, if there is one. */
  public Optional<Boolean> met() {
    return target.map(limit -> median <= limit.nanos());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.Proxy.Counts;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.TrafficPath;
import java.util.OptionalLong;

/** That connections really went the way of their mode, by what has counted them. */
final class Evidence {
  /** Some of a mode's counters count packets or entries that come and go. */
  private static final double SHARE = 0.9;

  private final Mode mode;
  private final TrafficPath path;
  private final Proxy proxy;
  private final Counts before;

  /** Begins to count. */
  Evidence(Mode mode, TrafficPath path, Proxy proxy) {
    this.mode = mode;
    this.path = path;
    this.proxy = proxy;
    this.before = proxy.counts(path);
  }

  /**
   * Throws if others than this mode have translated any of the connections since, or it has too few
   * of them.
   */
  void check(long connections) {
    Counts now = proxy.counts(path);
    long others = now.others() - before.others();
    if (others > 0) {
      throw new CompareException(
          "%s, %s: %d connections went another way than the mode's".formatted(mode, path, others));
    }
    OptionalLong own = now.own();
    if (own.isPresent()) {
      long counted = own.getAsLong() - before.own().orElse(0);
      if (connections > 0 && counted < SHARE * connections) {
        throw new CompareException(
            "%s, %s: of %d connections only %d are counted where the mode translates them"
                .formatted(mode, path, connections, counted));
      }
    }
  }
}

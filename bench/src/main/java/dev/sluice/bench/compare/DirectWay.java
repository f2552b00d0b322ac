// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.TrafficPath;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** No proxy at all. */
final class DirectWay implements Proxy {
  private final Station station;

  DirectWay(Station station) {
    this.station = station;
  }

  @Override
  public OptionalDouble program() {
    return OptionalDouble.empty();
  }

  @Override
  public void clear() {}

  @Override
  public long change(int side) {
    throw new UnsupportedOperationException("going direct, there is no Service");
  }

  @Override
  public Counts counts(TrafficPath path) {
    return new Counts(OptionalLong.empty(), Conntrack.entries(station.node()));
  }
}

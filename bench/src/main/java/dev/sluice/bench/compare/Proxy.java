// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.TrafficPath;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** What serves the Services of a {@link Station}. */
interface Proxy {
  /** The sides that the changing Service has. */
  int SIDES = 2;

  /**
   * Programs all Services where there is nothing.
   *
   * @return the milliseconds that took; empty if it was not done in the way that is to be timed
   */
  OptionalDouble program();

  /**
   * What {@link #program} took from the start of the process that keeps the tables, in
   * milliseconds, if there is one here.
   */
  default OptionalDouble startMillis() {
    return OptionalDouble.empty();
  }

  /** Takes everything away again. */
  void clear();

  /**
   * Moves the changing Service to one of its two endpoints.
   *
   * @return when that began, by the clock of System.nanoTime()
   */
  long change(int side);

  /** What it has counted of a path so far. */
  Counts counts(TrafficPath path);

  /** Memory of BPF maps as the kernel accounts it, in MiB, if there are any. */
  default OptionalDouble mapMemory() {
    return OptionalDouble.empty();
  }

  /** Resident memory of the process that keeps the tables, in MiB, if there is one here. */
  default OptionalDouble agentMemory() {
    return OptionalDouble.empty();
  }

  /**
   * Connections, by who has translated them.
   *
   * @param own those that went this mode's way; empty where nothing counts them
   * @param others those that went another one's, where that could happen
   */
  record Counts(OptionalLong own, long others) {}
}

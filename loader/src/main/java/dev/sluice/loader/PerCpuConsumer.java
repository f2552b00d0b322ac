// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.MemorySegment;

/** Receives one CPU's value of a per-CPU map. */
@FunctionalInterface
public interface PerCpuConsumer {
  /**
   * Called once per possible CPU, in order.
   *
   * @param cpu the CPU's number
   * @param value its value, of the map's value size; valid during the call only
   */
  void accept(int cpu, MemorySegment value);
}

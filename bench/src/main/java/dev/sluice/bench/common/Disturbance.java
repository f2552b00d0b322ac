// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import java.time.Duration;

/** How much of the processors others use while this process measures: figures suffer from it. */
public final class Disturbance {
  private final ProcessorTicks begun = ProcessorTicks.now();
  private final long ownBegun = own();

  /** What others have used since this was made, in per cent of all processors; theft included. */
  public int percent() {
    ProcessorTicks now = ProcessorTicks.now();
    long all = Math.max(1, now.all() - begun.all());
    long others = now.busy() - begun.busy() - (own() - ownBegun);
    return Math.clamp(100 * others / all, 0, 100);
  }

  private static long own() {
    return ProcessHandle.current()
        .info()
        .totalCpuDuration()
        .orElse(Duration.ZERO)
        .dividedBy(ProcessorTicks.TICK);
  }
}

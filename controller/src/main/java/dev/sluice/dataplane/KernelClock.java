// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Limits;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.SkbContext;
import java.time.Duration;

/**
 * The kernel's jiffies. Their rate, HZ, is nowhere told to user space, so it is measured against
 * the monotonic clock and rounded to the nearest rate that kernels are built with. The measurement
 * begins when the clock is made, and whoever asks for the rate too soon waits for its end.
 */
public final class KernelClock {
  private static final int[] RATES = {100, 250, 300, 1000};
  private static final int SMALLEST_FRAME = 64;
  private static final Duration MEASUREMENT = Duration.ofMillis(60);

  private final BpfProgram program;
  private final long firstJiffies;
  private final long firstNanos;
  private int hertz;

  KernelClock(BpfProgram program) {
    this.program = program;
    this.firstJiffies = jiffies();
    this.firstNanos = System.nanoTime();
  }

  BpfProgram program() {
    return program;
  }

  /** Jiffies per second. */
  public synchronized int hertz() {
    if (hertz == 0) {
      hertz = measure();
    }
    return hertz;
  }

  /** Now, in the unit of a flow's time stamp. */
  int stamp() {
    return (int) (jiffies() >>> Limits.STAMP_SHIFT);
  }

  /** A duration in the unit of a flow's time stamp, rounded up; at least 1. */
  int stamps(Duration duration) {
    long jiffies = Math.ceilDiv(duration.toMillis() * hertz(), 1000L);
    return Math.clamp(Math.ceilDiv(jiffies, 1L << Limits.STAMP_SHIFT), 1, Integer.MAX_VALUE);
  }

  /** How long ago a time stamp was, to its own precision; never negative. */
  Duration since(int stamp) {
    long stamps = Math.max(0, stamp() - stamp);
    return Duration.ofMillis((stamps << Limits.STAMP_SHIFT) * 1000 / hertz());
  }

  private long jiffies() {
    SkbContext answer =
        SkbContext.of(
            program.testRun().data(new byte[SMALLEST_FRAME]).context(SkbContext.create()).run());
    return Integer.toUnsignedLong(answer.controlWord(0)) | (long) answer.controlWord(1) << 32;
  }

  private int measure() {
    try {
      Thread.sleep(MEASUREMENT.minusNanos(System.nanoTime() - firstNanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    double rate = (jiffies() - firstJiffies) * 1e9 / (System.nanoTime() - firstNanos);
    int nearest = RATES[0];
    for (int candidate : RATES) {
      if (Math.abs(candidate - rate) < Math.abs(nearest - rate)) {
        nearest = candidate;
      }
    }
    return nearest;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import java.time.Duration;
import java.util.function.Supplier;

/** Waits until the processors have next to nothing to do, so that what is timed next is alone. */
public final class QuietMachine {
  /** Percent of the processors' time in which something may run nevertheless. */
  public static final double QUIET = 3;

  private static final Duration WINDOW = Duration.ofSeconds(1);
  private static final double PERCENT = 100;

  private final Supplier<ProcessorTicks> ticks;
  private final Runnable window;

  /** This machine. */
  public QuietMachine() {
    this(ProcessorTicks::now, QuietMachine::sleep);
  }

  /**
   * @param ticks what the processors have done until now
   * @param window lets the time pass over which they are looked at
   */
  QuietMachine(Supplier<ProcessorTicks> ticks, Runnable window) {
    this.ticks = ticks;
    this.window = window;
  }

  /**
   * Looks at the processors for a second, again and again until they are quiet.
   *
   * @param patience how long to wait for that, in whole seconds, at least one
   * @return how busy they were in the last second, in percent of all of them
   */
  public double await(Duration patience) {
    double busy = lookOnce();
    for (long second = 1; busy > QUIET && second < patience.toSeconds(); second++) {
      busy = lookOnce();
    }
    return busy;
  }

  private double lookOnce() {
    ProcessorTicks before = ticks.get();
    window.run();
    ProcessorTicks after = ticks.get();
    return PERCENT * (after.busy() - before.busy()) / Math.max(1, after.all() - before.all());
  }

  private static void sleep() {
    try {
      Thread.sleep(WINDOW);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for the processors", e);
    }
  }
}

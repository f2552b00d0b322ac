// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures for how long the machine keeps a thread waiting that only sleeps: what a busy machine
 * adds to any latency, whoever causes it. A lost packet does not show here.
 */
final class StallWatch implements AutoCloseable {
  private static final long NAP_NANOS = 1_000_000;

  private final AtomicLong stalled = new AtomicLong();
  private final Thread thread = Thread.ofPlatform().daemon().unstarted(this::watch);

  private StallWatch() {}

  static StallWatch start() {
    StallWatch watch = new StallWatch();
    watch.thread.start();
    return watch;
  }

  private void watch() {
    while (!Thread.currentThread().isInterrupted()) {
      long start = System.nanoTime();
      LockSupport.parkNanos(NAP_NANOS);
      stalled.addAndGet(Math.max(0, System.nanoTime() - start - NAP_NANOS));
    }
  }

  void forget() {
    stalled.set(0);
  }

  /** All delays since {@link #forget} together. */
  double stalledMillis() {
    return stalled.get() / 1e6;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.bpf.Pressure;
import dev.sluice.dataplane.CollectionResult;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.loader.BpfException;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done again and again: dead flows are collected, sooner when the flow table is full, and
 * Services that could not be installed are tried once more. Run it every second.
 */
final class Maintenance implements Runnable {
  static final Duration PERIOD = Duration.ofSeconds(1);

  private static final Logger LOG = LoggerFactory.getLogger(Maintenance.class);

  private final Dataplane dataplane;
  private final Services services;
  private final Counters counters;
  private final FlowTimeouts timeouts;
  private final Duration collectEvery;
  private long lastCollectionNanos = System.nanoTime();
  private long lastFull;
  private volatile CollectionResult lastCollection = new CollectionResult(0, 0, 0, 0);
  private final LongAdder deleted = new LongAdder();

  Maintenance(
      Dataplane dataplane,
      Services services,
      Counters counters,
      FlowTimeouts timeouts,
      Duration collectEvery) {
    this.dataplane = dataplane;
    this.services = services;
    this.counters = counters;
    this.timeouts = timeouts;
    this.collectEvery = collectEvery;
    this.lastFull = full();
  }

  /** What the last collection found. */
  CollectionResult lastCollection() {
    return lastCollection;
  }

  /** Entries of the flow tables that were deleted since the agent began. */
  long deletedEntries() {
    return deleted.sum();
  }

  @Override
  public void run() {
    try {
      long full = full();
      if (full > lastFull) {
        lastFull = full;
        collect(timeouts.underPressure());
      } else if (System.nanoTime() - lastCollectionNanos >= collectEvery.toNanos()) {
        collect(timeouts);
      }
      services.retry();
    } catch (BpfException e) {
      LOG.warn("maintenance: {}", e.getMessage());
    }
  }

  private void collect(FlowTimeouts by) {
    lastCollectionNanos = System.nanoTime();
    lastCollection = dataplane.collect(by);
    deleted.add(lastCollection.deleted());
  }

  private long full() {
    return counters.pressure().getOrDefault(Pressure.FLOW_FULL, 0L);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.bpf.Pressure;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.DataplaneEvent;
import dev.sluice.dataplane.EventRing;
import dev.sluice.loader.BpfException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what the programs tell, several times a second and on a thread of its own; keeps the newest
 * for whoever asks, and logs pressure.
 */
final class Events implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Events.class);

  /** How many are kept. */
  static final int KEPT = 512;

  private static final Duration PERIOD = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final EventRing ring;
  private final IntFunction<String> deviceNames;
  private final PressureLog pressure;
  private final Thread thread = Thread.ofPlatform().name("events").daemon().unstarted(this::run);
  private final Deque<EventReport.Line> kept = new ArrayDeque<>();
  private long last;

  /**
   * Reads nothing yet.
   *
   * @param ring goes with this object
   * @param deviceNames of interface indexes
   */
  Events(EventRing ring, Counters counters, IntFunction<String> deviceNames) {
    this.ring = ring;
    this.deviceNames = deviceNames;
    this.pressure = new PressureLog(counters::pressure, Events::log, System::nanoTime);
  }

  private static void log(Pressure signal, String line) {
    if (signal == Pressure.PORT_CLASH) {
      LOG.info("{}", line); // nothing is lost until no port is left, and that is a verdict
    } else {
      LOG.warn("{}", line);
    }
  }

  void start() {
    thread.start();
  }

  private void run() {
    try {
      while (true) {
        take();
        Thread.sleep(PERIOD);
      }
    } catch (InterruptedException e) {
      LOG.debug("no more events are read", e);
    }
  }

  private void take() {
    try {
      List<DataplaneEvent> events = ring.take();
      events.forEach(this::keep);
      pressure.say();
    } catch (BpfException e) {
      LOG.warn("events: {}", e.getMessage());
    }
  }

  private void keep(DataplaneEvent event) {
    String device = "";
    switch (event) {
      case DataplaneEvent.Verdict verdict -> device = deviceNames.apply(verdict.device());
      case DataplaneEvent.Signal signal -> pressure.raised(signal.signal());
    }
    add(event, device);
  }

  private synchronized void add(DataplaneEvent event, String device) {
    last++;
    kept.addLast(EventReport.Line.of(last, event, device));
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
    notifyAll();
  }

  /** All that is kept. */
  synchronized EventReport all() {
    return new EventReport(last, List.copyOf(kept));
  }

  /**
   * What is kept of the events behind a number. If there are none yet, waits for them, but not
   * longer than this.
   */
  synchronized EventReport after(long number, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (long left = patience.toMillis(); last <= number && left > 0; ) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
    return new EventReport(last, kept.stream().filter(line -> line.number() > number).toList());
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      if (!thread.join(PATIENCE)) {
        LOG.warn("the reading of events does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ring.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.lab.LabProcess;
import java.time.Duration;

/**
 * What is measured of a mode's tables at one number of Services: making them, and changing them.
 */
final class TablesRound {
  private static final double NANOS_PER_MILLI = 1e6;

  /** A mode whose rounds would take longer than this has no more of them. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Between two tries to see a change, so that looking for it costs it little. */
  private static final Duration PAUSE = Duration.ofNanos(200_000);

  private final Station station;
  private final Proxy proxy;
  private final int services;
  private final LoadProgram load;
  private final Results results;
  private long spentOnChanges;

  TablesRound(Station station, Proxy proxy, int services, LoadProgram load, Results results) {
    this.station = station;
    this.proxy = proxy;
    this.services = services;
    this.load = load;
    this.results = results;
  }

  Proxy proxy() {
    return proxy;
  }

  /**
   * Programs everything from nothing, and leaves it there: {@code rounds} times, or less often
   * where that would take too long.
   */
  void program(int rounds) {
    long begun = System.nanoTime();
    double before = KernelMemory.mebibytes();
    program();
    long one = System.nanoTime() - begun;
    // Later, the kernel may still have to free what was cleared.
    add(Measure.KERNEL_MEMORY, KernelMemory.mebibytes() - before);
    for (int round = 2;
        round <= rounds && System.nanoTime() - begun + one < PATIENCE.toNanos();
        round++) {
      proxy.clear();
      program();
    }
  }

  private void program() {
    proxy.program().ifPresent(millis -> add(Measure.PROGRAM_COLD, millis));
    proxy.startMillis().ifPresent(millis -> add(Measure.PROGRAM_FROM_START, millis));
  }

  /** Moves the Service that changes to its other endpoint, and times it until a client is there. */
  void change(int round) {
    if (spentOnChanges > PATIENCE.toNanos()) {
      return;
    }
    int side = round % Proxy.SIDES;
    LabProcess looking =
        load.look(
            station.client(),
            Workload.CHANGING_IP + ":" + Workload.PORT,
            station.spare().get(side),
            PAUSE);
    long begun = proxy.change(side);
    long seen = LoadProgram.found(looking).at();
    spentOnChanges += System.nanoTime() - begun;
    add(Measure.ENDPOINT_CHANGE, (seen - begun) / NANOS_PER_MILLI);
  }

  void memory() {
    proxy.mapMemory().ifPresent(mebibytes -> add(Measure.MAP_MEMORY, mebibytes));
    proxy.agentMemory().ifPresent(mebibytes -> add(Measure.AGENT_MEMORY, mebibytes));
  }

  private void add(Measure measure, double figure) {
    if (station.mode() != Mode.DIRECT) {
      results.add(Results.Key.ofNode(station.mode(), services, measure), figure);
    }
  }
}

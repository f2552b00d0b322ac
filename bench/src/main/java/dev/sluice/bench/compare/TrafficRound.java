// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.common.ProcessorTicks;
import dev.sluice.bench.compare.LoadProgram.Outcome;
import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.TrafficPath;
import java.nio.file.Path;

/** One round of traffic of one mode on one path. */
final class TrafficRound {
  private static final double NANOS_PER_MICRO = 1e3;
  private static final int BITS = 8;
  private static final long MEBIBYTE = 1L << 20;

  private final Extent extent;
  private final LoadProgram load;
  private final Results results;

  TrafficRound(Extent extent, LoadProgram load, Results results) {
    this.extent = extent;
    this.load = load;
    this.results = results;
  }

  /** Asks for the first time, {@code count} times, and times nothing. */
  void warmUp(Traffic from, int count) {
    connect(from, count, 1);
    if (extent.datagrams > 0) {
      ask(from, Math.min(count, extent.datagrams));
    }
  }

  /** Measures everything once; returns how many connections were made. */
  long run(Traffic from, int services) {
    Mode mode = from.mode();
    TrafficPath path = from.path();
    connections(from, Results.Key.of(mode, path, services, Measure.NEW_CONNECTIONS));
    latency(from, Results.Key.of(mode, path, services, Measure.REQUEST_LATENCY));
    kept(from, Results.Key.of(mode, path, services, Measure.KEPT_LATENCY));
    if (extent.datagrams > 0) {
      Outcome asked = ask(from, extent.datagrams);
      results.add(Results.Key.of(mode, path, services, Measure.UDP_REQUESTS), asked.perSecond());
    }
    if (extent.stream > 0) {
      stream(from, Results.Key.of(mode, path, services, Measure.STREAM_THROUGHPUT));
    }
    return (long) extent.connections + extent.requests + 1 + (extent.stream > 0 ? 1 : 0);
  }

  private void connections(Traffic from, Results.Key key) {
    ProcessorTicks before = ProcessorTicks.now();
    Outcome outcome = connect(from, extent.connections, extent.inFlight);
    long ticks = ProcessorTicks.now().busy() - before.busy();
    results.add(key, outcome.perSecond());
    results.add(
        Results.Key.of(from.mode(), from.path(), key.services(), Measure.CPU_PER_CONNECTION),
        ticks * ProcessorTicks.TICK.toNanos() / NANOS_PER_MICRO / outcome.count());
  }

  private void latency(Traffic from, Results.Key key) {
    connect(from, extent.requests, 1);
    addPercentiles(key);
  }

  private void kept(Traffic from, Results.Key key) {
    load.run(
        from.client(),
        "kept",
        from.targets(),
        String.valueOf(extent.requests),
        samples().toString(),
        String.valueOf(from.server()));
    addPercentiles(key);
  }

  private void addPercentiles(Results.Key key) {
    Latencies.read(samples())
        .percentiles()
        .forEach((percentile, micros) -> results.add(key.with(percentile), micros));
  }

  private void stream(Traffic from, Results.Key key) {
    long bytes = extent.stream * MEBIBYTE;
    Outcome outcome = load.run(from.client(), "stream", from.targets(), String.valueOf(bytes));
    results.add(key, (double) outcome.count() * BITS / outcome.nanos());
  }

  private Outcome connect(Traffic from, int count, int inFlight) {
    return load.run(
        from.client(),
        "connections",
        from.targets(),
        String.valueOf(count),
        String.valueOf(inFlight),
        samples().toString(),
        String.valueOf(from.server()));
  }

  private Outcome ask(Traffic from, int count) {
    int inFlight = Math.min(extent.inFlight, count);
    return load.run(
        from.client(),
        "datagrams",
        from.targets(),
        String.valueOf(count),
        String.valueOf(inFlight),
        samples().toString(),
        String.valueOf(from.server()));
  }

  private Path samples() {
    return load.directory().resolve("samples");
  }
}

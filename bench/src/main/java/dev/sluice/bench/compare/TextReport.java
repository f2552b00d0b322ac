// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Spread;
import dev.sluice.bench.compare.result.TrafficPath;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Medians as tables for a terminal. */
final class TextReport {
  private static final String LINE = "%-16s %17s %8s %8s %8s %8s %8s %10s %9s %8s%n";
  private static final String NODE_LINE = "%-16s %14s %14s %14s %14s %12s %12s%n";
  private static final int SIGNIFICANT = 100;

  private final Results results;
  private final PrintWriter out;

  TextReport(Results results, PrintWriter out) {
    this.results = results;
    this.out = out;
  }

  void print(int services, List<Mode> modes, List<TrafficPath> paths) {
    for (TrafficPath path : paths) {
      out.printf(Locale.ROOT, "%n%,d Services, %s%n", services, path);
      out.printf(
          LINE,
          "",
          "connections/s",
          "p50 us",
          "p99 us",
          "p99.9",
          "kept p50",
          "kept p99",
          "UDP/s",
          "Gbit/s",
          "CPU us");
      modes.stream().filter(mode -> mode.takes(path)).forEach(mode -> print(mode, path, services));
    }
    out.printf(Locale.ROOT, "%n%,d Services, tables%n", services);
    out.printf(
        NODE_LINE,
        "",
        "program ms",
        "from start ms",
        "change ms",
        "kernel MiB",
        "maps MiB",
        "agent MiB");
    modes.stream().filter(mode -> mode != Mode.DIRECT).forEach(mode -> printNode(mode, services));
    out.flush();
  }

  private void print(Mode mode, TrafficPath path, int services) {
    Results.Key connections = Results.Key.of(mode, path, services, Measure.NEW_CONNECTIONS);
    Results.Key latency = Results.Key.of(mode, path, services, Measure.REQUEST_LATENCY);
    Results.Key kept = Results.Key.of(mode, path, services, Measure.KEPT_LATENCY);
    out.printf(
        LINE,
        mode,
        median(connections) + ratio(results.ratio(connections, Mode.DIRECT)),
        median(latency.with("p50")),
        median(latency.with("p99")),
        median(latency.with("p99.9")),
        median(kept.with("p50")),
        median(kept.with("p99")),
        median(Results.Key.of(mode, path, services, Measure.UDP_REQUESTS)),
        median(Results.Key.of(mode, path, services, Measure.STREAM_THROUGHPUT)),
        median(Results.Key.of(mode, path, services, Measure.CPU_PER_CONNECTION)));
  }

  private void printNode(Mode mode, int services) {
    out.printf(
        NODE_LINE,
        mode,
        median(Results.Key.ofNode(mode, services, Measure.PROGRAM_COLD)),
        median(Results.Key.ofNode(mode, services, Measure.PROGRAM_FROM_START)),
        median(Results.Key.ofNode(mode, services, Measure.ENDPOINT_CHANGE)),
        median(Results.Key.ofNode(mode, services, Measure.KERNEL_MEMORY)),
        median(Results.Key.ofNode(mode, services, Measure.MAP_MEMORY)),
        median(Results.Key.ofNode(mode, services, Measure.AGENT_MEMORY)));
  }

  private String median(Results.Key key) {
    return results
        .find(key)
        .map(result -> result.spread().median())
        .map(median -> String.format(Locale.ROOT, median < SIGNIFICANT ? "%.1f" : "%,.0f", median))
        .orElse("");
  }

  /** Of direct. */
  private static String ratio(Optional<Spread> ratio) {
    return ratio.map(of -> String.format(Locale.ROOT, " (%.3f)", of.median())).orElse("");
  }
}

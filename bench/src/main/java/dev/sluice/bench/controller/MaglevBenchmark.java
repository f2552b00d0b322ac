// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.plan.MaglevTable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a Maglev table takes to build. Backends have no weights in Kubernetes, and so none here:
 * each takes one turn in a round.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class MaglevBenchmark {
  static final Target BUILD =
      Target.atMost("Maglev table, M = 16381, N = 100", "MaglevBenchmark.build", "ms", 0.5)
          .where("size", "16381")
          .where("backends", "100");

  /** Places of the table. */
  @Param({"251", "1021", "4093", "16381", "65521"})
  int size;

  /** Fewer than places; the smallest table takes 250 in the place of 1,000. */
  @Param({"1", "10", "100", "1000"})
  int backends;

  private List<String> identities = List.of();

  /** Names the backends. */
  @Setup
  public void nameBackends() {
    identities =
        IntStream.range(0, Math.min(backends, size - 1))
            .mapToObj(index -> "10.1.%d.%d:8080".formatted(index / 250, index % 250 + 2))
            .toList();
  }

  @Benchmark
  public int[] build() {
    return MaglevTable.build(identities, size);
  }
}

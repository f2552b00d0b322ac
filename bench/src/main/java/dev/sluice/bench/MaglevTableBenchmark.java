// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench;

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

/** What a change of a Service's backends costs in Maglev tables. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MaglevTableBenchmark {
  @Param({"2", "20", "300"})
  int backends;

  private List<String> identities = List.of();

  @Setup
  public void nameBackends() {
    identities =
        IntStream.range(0, backends)
            .mapToObj(index -> "10.1.%d.%d:8080".formatted(index / 250, index % 250 + 2))
            .toList();
  }

  @Benchmark
  public int[] build() {
    return MaglevTable.build(identities, MaglevTable.sizeFor(backends));
  }
}

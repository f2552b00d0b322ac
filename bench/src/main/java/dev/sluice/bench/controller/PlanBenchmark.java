// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import java.util.concurrent.TimeUnit;
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

/** What it takes to apply kube-proxy's rules to one Service. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class PlanBenchmark {
  /** Of the Service, in slices of a hundred. */
  @Param({"1", "10", "100", "1000", "5000"})
  int endpoints;

  @Param Reach reach;

  private final Planner planner = new Planner(MadeUpCluster.node(), ProxyConfig.defaults());
  private ServiceState state;

  /** Makes the Service. */
  @Setup
  public void makeService() {
    state = new MadeUpCluster(reach, endpoints).service(0);
  }

  @Benchmark
  public ServicePlan plan() {
    return planner.plan(state);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.model.ProxyConfig;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the data plane takes to write a plan: all that a Service of ten endpoints has, or the little
 * that one new endpoint changes. Planning is not part of it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 300)
@Measurement(iterations = 100)
@Fork(1)
public class ServiceCommitBenchmark {
  static final Target WHOLE =
      Target.atMost(
              "commit of a whole Service with 10 endpoints",
              "ServiceCommitBenchmark.commit",
              "us",
              25)
          .where("replaced", "10")
          .where("reach", Reach.CLUSTER_IP.name());

  /** Services that take turns. */
  static final int SERVICES = 100;

  private static final int ENDPOINTS = 10;
  private static final int REGION_BLOCKS = 1_000_000;

  /** The commits of one iteration take no more. */
  private static final int ROOM = SERVICES * 257;

  /** Of the ten endpoints. */
  @Param({"1", "10"})
  int replaced;

  @Param Reach reach;

  private final List<ServicePlan> before = new ArrayList<>();
  private final List<ServicePlan> after = new ArrayList<>();
  private LoadedObjects objects;
  private Dataplane dataplane;
  private boolean back;

  /** Plans and installs the Services. */
  @Setup
  public void plan() {
    MadeUpCluster cluster = new MadeUpCluster(reach, ENDPOINTS);
    Planner planner = new Planner(MadeUpCluster.node(), ProxyConfig.defaults());
    for (int number = 0; number < SERVICES; number++) {
      before.add(planner.plan(cluster.service(number)));
      after.add(planner.plan(cluster.service(number, replaced)));
    }
    objects = KernelMaps.make(REGION_BLOCKS);
    dataplane = new Dataplane(objects);
    before.forEach(dataplane::apply);
  }

  /** Lets what earlier iterations gave back come to rest. */
  @Setup(Level.Iteration)
  public void awaitRoom() {
    KernelMaps.awaitRoom(dataplane, ROOM);
  }

  /** Frees the maps. */
  @TearDown
  public void free() {
    KernelMaps.requireInstalled(dataplane, SERVICES, ENDPOINTS, reach);
    objects.close();
  }

  @Benchmark
  @OperationsPerInvocation(SERVICES)
  public void commit() {
    for (ServicePlan plan : back ? before : after) {
      dataplane.apply(plan);
    }
    back = !back;
  }
}

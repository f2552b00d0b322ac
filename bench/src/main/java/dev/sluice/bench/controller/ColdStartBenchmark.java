// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.cli.Services;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * All Services of a cluster from objects in memory to empty maps, as when an agent starts with
 * nothing pinned: taken over, planned, written.
 *
 * <p>{@code install} is what the work takes, after the JVM has compiled it; {@code firstInstall} is
 * the same in a JVM that has never done it, as an agent's is.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ColdStartBenchmark {
  static final Target CLUSTER_IP = target(Reach.CLUSTER_IP, 500);
  static final Target OUTSIDE = target(Reach.OUTSIDE, 1500);

  private static final int ENDPOINTS = 10;

  /** 256 for a Service's Maglev table, 1 for its plain list. */
  private static final int BLOCKS_PER_SERVICE = 257;

  private static final int FEWEST_BLOCKS = 16_384;

  @Param("10000")
  int services;

  @Param Reach reach;

  private List<ServiceState> states = List.of();
  private LoadedObjects objects;
  private Dataplane dataplane;

  private static Target target(Reach reach, double most) {
    return Target.atMost(
            "cold start, 10,000 Services x 10 endpoints, " + reach,
            "ColdStartBenchmark.install",
            "ms",
            most)
        .where("services", "10000")
        .where("reach", reach.name());
  }

  /** Makes the objects. */
  @Setup
  public void makeServices() {
    states = new MadeUpCluster(reach, ENDPOINTS).services(services);
  }

  /** Makes empty maps. */
  @Setup(Level.Iteration)
  public void makeMaps() {
    objects = KernelMaps.make(Math.max(FEWEST_BLOCKS, services * BLOCKS_PER_SERVICE));
  }

  /** Frees the maps. */
  @TearDown(Level.Iteration)
  public void free() {
    KernelMaps.requireInstalled(dataplane, services, ENDPOINTS, reach);
    objects.close();
  }

  @Benchmark
  @Fork(1)
  @Warmup(iterations = 8)
  @Measurement(iterations = 9)
  public Services install() {
    dataplane = new Dataplane(objects);
    Services road = new Services(dataplane, node -> MadeUpCluster.node(), ProxyConfig.defaults());
    road.changed(states);
    road.synced();
    return road;
  }

  @Benchmark
  @Fork(5)
  @Warmup(iterations = 0)
  @Measurement(iterations = 1)
  public Services firstInstall() {
    return install();
  }
}

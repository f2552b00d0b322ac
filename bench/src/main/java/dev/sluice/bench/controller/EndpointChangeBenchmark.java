// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.cli.Services;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
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
 * One endpoint of a Service replaced by another, from the news in memory to the commit in the
 * kernel: planned, compared with what is installed, and written.
 *
 * <p>A hundred Services spread over all take turns, however many there are, so that what differs is
 * the number of Services and not what fits into the processor's caches.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 300)
@Measurement(iterations = 100)
@Fork(1)
public class EndpointChangeBenchmark {
  private static final String CHANGE = "EndpointChangeBenchmark.change";

  static final Target CLUSTER_IP = target(Reach.CLUSTER_IP);
  static final Target OUTSIDE = target(Reach.OUTSIDE);
  static final Target CLUSTER_IP_GROWTH = growth(Reach.CLUSTER_IP);
  static final Target OUTSIDE_GROWTH = growth(Reach.OUTSIDE);

  static final int CHANGES = 100;
  private static final int ENDPOINTS = 10;

  /** For 10,000 Maglev tables, and what rests after changes. */
  private static final int REGION_BLOCKS = 2_800_000;

  /** The changes of one iteration take no more. */
  private static final int ROOM = CHANGES * 257;

  @Param({"100", "1000", "10000"})
  int services;

  @Param Reach reach;

  private final List<ServiceState> original = new ArrayList<>();
  private final List<ServiceState> replaced = new ArrayList<>();
  private LoadedObjects objects;
  private Dataplane dataplane;
  private Services road;
  private boolean back;

  private static Target target(Reach reach) {
    return Target.atMost("one endpoint's change at 10,000 Services, " + reach, CHANGE, "ms", 1)
        .where("services", "10000")
        .where("reach", reach.name());
  }

  private static Target growth(Reach reach) {
    return Target.atMostTimes(
            "one endpoint's change at 10,000 Services against 100, " + reach,
            CHANGE,
            1.2,
            "services",
            "100")
        .where("services", "10000")
        .where("reach", reach.name());
  }

  /** Installs all Services. */
  @Setup
  public void install() {
    MadeUpCluster cluster = new MadeUpCluster(reach, ENDPOINTS);
    for (int change = 0; change < CHANGES; change++) {
      int number = (int) ((long) change * services / CHANGES);
      original.add(cluster.service(number));
      replaced.add(cluster.service(number, 1));
    }
    objects = KernelMaps.make(REGION_BLOCKS);
    dataplane = new Dataplane(objects);
    road = new Services(dataplane, node -> MadeUpCluster.node(), ProxyConfig.defaults());
    road.changed(cluster.services(services));
    road.synced();
  }

  /** Lets what earlier iterations gave back come to rest. */
  @Setup(Level.Iteration)
  public void awaitRoom() {
    KernelMaps.awaitRoom(dataplane, ROOM);
  }

  /** Frees the maps. */
  @TearDown
  public void free() {
    KernelMaps.requireInstalled(dataplane, services, ENDPOINTS, reach);
    objects.close();
  }

  @Benchmark
  @OperationsPerInvocation(CHANGES)
  public void change() {
    for (ServiceState state : back ? original : replaced) {
      road.changed(List.of(state));
    }
    back = !back;
  }
}

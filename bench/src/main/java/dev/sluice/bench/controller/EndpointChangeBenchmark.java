// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.cli.Services;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * One endpoint of a Service replaced by another, from the news in memory to the commit in the
 * kernel: planned, compared with what is installed, and written.
 *
 * <p>A hundred Services spread over all take turns, however many there are, so that what differs is
 * the number of Services and not what fits into the processor's caches.
 */
public class EndpointChangeBenchmark extends ChangingServices {
  private static final String CHANGE = "EndpointChangeBenchmark.change";

  static final Target CLUSTER_IP = target(Reach.CLUSTER_IP);
  static final Target OUTSIDE = target(Reach.OUTSIDE);
  static final Target CLUSTER_IP_GROWTH = growth(Reach.CLUSTER_IP);
  static final Target OUTSIDE_GROWTH = growth(Reach.OUTSIDE);

  /** For 10,000 Maglev tables, and what rests after changes. */
  private static final int REGION_BLOCKS = 2_800_000;

  @Param({"100", "1000", "10000"})
  int services;

  private final List<ServiceState> original = new ArrayList<>();
  private final List<ServiceState> replaced = new ArrayList<>();
  private Services road;

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
    road =
        new Services(makeMaps(REGION_BLOCKS), node -> MadeUpCluster.node(), ProxyConfig.defaults());
    road.changed(cluster.services(services));
    road.synced();
  }

  @Override
  int installed() {
    return services;
  }

  @Benchmark
  @OperationsPerInvocation(CHANGES)
  public void change() {
    for (ServiceState state : next(original, replaced)) {
      road.changed(List.of(state));
    }
  }
}

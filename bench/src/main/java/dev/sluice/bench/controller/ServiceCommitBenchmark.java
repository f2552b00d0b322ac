// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.model.ProxyConfig;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/**
 * What the data plane takes to write a plan: all that a Service of ten endpoints has, or the little
 * that one new endpoint changes. Planning is not part of it.
 */
public class ServiceCommitBenchmark extends ChangingServices {
  static final Target WHOLE =
      Target.atMost(
              "commit of a whole Service with 10 endpoints",
              "ServiceCommitBenchmark.commit",
              "us",
              25)
          .where("replaced", "10")
          .where("reach", Reach.CLUSTER_IP.name());

  private static final int REGION_BLOCKS = 1_000_000;

  /** Of the ten endpoints. */
  @Param({"1", "10"})
  int replaced;

  private final List<ServicePlan> before = new ArrayList<>();
  private final List<ServicePlan> after = new ArrayList<>();
  private Dataplane dataplane;

  /** Plans and installs the Services. */
  @Setup
  public void plan() {
    MadeUpCluster cluster = new MadeUpCluster(reach, ENDPOINTS);
    Planner planner = new Planner(MadeUpCluster.node(), ProxyConfig.defaults());
    for (int number = 0; number < CHANGES; number++) {
      before.add(planner.plan(cluster.service(number)));
      after.add(planner.plan(cluster.service(number, replaced)));
    }
    dataplane = makeMaps(REGION_BLOCKS);
    before.forEach(dataplane::apply);
  }

  @Override
  int installed() {
    return CHANGES;
  }

  @Benchmark
  @OperationsPerInvocation(CHANGES)
  public void commit() {
    for (ServicePlan plan : next(before, after)) {
      dataplane.apply(plan);
    }
  }
}

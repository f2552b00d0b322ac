// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.model.IpFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the tc and XDP programs do with packets, in the order in which it is timed. */
final class PacketStages {
  /** Runs that opening a flow here and one to another node takes. */
  private static final int RUNS_PER_FLOW = 4;

  private PacketStages() {}

  /**
   * @param flows numbers of established flows
   */
  static List<Stage> of(Testbed testbed, EmptyPrograms empty, Rounds rounds, List<Integer> flows) {
    List<Stage> stages = new ArrayList<>();
    for (IpFamily family : IpFamily.values()) {
      EstablishedFlows established = new EstablishedFlows(testbed, Addresses.of(family));
      TrafficControlCases tc = new TrafficControlCases(testbed, family, empty, rounds);
      XdpCases xdp = new XdpCases(testbed, family, empty, rounds);
      PortAllocationCase ports = new PortAllocationCase(testbed, family, empty);
      stages.add(stage(testbed, () -> {}, 0, both(tc.withoutFlows(), xdp.withoutFlows())));
      for (int count : flows) {
        stages.add(
            stage(
                testbed,
                () -> established.open(count),
                count * RUNS_PER_FLOW,
                both(tc.established(established, count), xdp.established(established, count))));
      }
      stages.add(stage(testbed, testbed.flows()::forgetFlows, 0, tc.newFlows()));
      stages.add(stage(testbed, ports::takePorts, ports.packetsToPrepare(), ports.cases()));
    }
    return stages;
  }

  private static List<Case> both(List<Case> tc, List<Case> xdp) {
    return Stream.concat(tc.stream(), xdp.stream()).toList();
  }

  private static Stage stage(Testbed testbed, Runnable prepare, int preparing, List<Case> cases) {
    return new Stage(testbed.network(), prepare, preparing, cases);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import org.junit.jupiter.api.Test;

/**
 * A switch that does not know where a host is sends its frames everywhere, and a device that
 * listens to everything, as it does for a packet capture, shows them to its programs.
 */
@RequiresRoot
final class FloodedFramesTest {
  private static final int CALLS = 5;

  @Test
  void nodesLeaveFramesForOtherNodesAlone() {
    try (Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED)).startAgents()) {
      ServiceFile service = ServiceFile.tcp("far", 61).with(cluster.lab().pod("pod-a"), 9000);
      cluster.install(service);
      cluster
          .lab()
          .router()
          .run("ip", "link", "set", "nodes", "type", "bridge", "ageing_time", "0");

      for (AddressFamily family : AddressFamily.values()) {
        for (int i = 0; i < CALLS; i++) {
          cluster.lab().client().probe().connect(Target.of(service.externalIp(family), 80));
        }
      }

      Verdicts bystander = cluster.settledVerdicts().get("node-2");
      assertThat(bystander.translatedAt("tc_ingress")).as("%s", bystander).isZero();
      assertThat(bystander.of("tc_ingress", "pass_other_host"))
          .as("SYNs that came to node-2, too: %s", bystander)
          .isGreaterThanOrEqualTo(2 * CALLS);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabException;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import org.junit.jupiter.api.Test;

/** A node whose kernel has IPv6 switched off. */
@RequiresRoot
final class SingleStackTest {
  private static final int NODE_PORT = 30190;

  @Test
  @ShowsRules(20)
  void aNodeWithIpv4OnlyServesItAndRefusesAnIpv6AddressOfItsOwn() {
    try (Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED))) {
      Lab lab = cluster.lab();
      NodeHost node = lab.node("node-1");
      node.sysctl("net.ipv6.conf.all.disable_ipv6", "1");
      ServiceFile dualStack =
          ServiceFile.tcp("web", 90).withNodePort(NODE_PORT).with(lab.pod("pod-a"), 9000);
      cluster.apply("web.yaml", dualStack.yaml());

      assertThatThrownBy(() -> cluster.startAgent("node-1", "--node-ip", "172.31.0.11,fd00:31::11"))
          .isInstanceOf(LabException.class)
          .hasMessageContaining("--node-ip fd00:31::11: this node has no IPv6 address");

      cluster.startAgent("node-1");
      String nodeAddress = node.address(AddressFamily.IPV4).getHostAddress();
      for (Host caller : new Host[] {lab.pod("pod-a"), node}) {
        assertThat(Outcome.tcp(caller, dualStack.clusterIp(AddressFamily.IPV4), 80))
            .isEqualTo("pod-a");
      }
      assertThat(Outcome.tcp(lab.client(), nodeAddress, NODE_PORT)).isEqualTo("pod-a");
    }
  }
}

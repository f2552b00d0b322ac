// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.Target;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Path MTU discovery works through a VIP: a hop behind it takes 1280 bytes, and the router's
 * complaint reaches the client as one about the packet that the client has sent.
 */
final class PathMtuTest {
  private static final int TRANSFER_BYTES = 10_000_000;
  private static final int SMALL_MTU = 1280;

  private static final String SERVICES =
      service("here", 71)
          + slice("here-4", "here", "IPv4", "10.1.1.2", "node-1")
          + slice("here-6", "here", "IPv6", "fd10:1:1::2", "node-1")
          + service("there", 72)
          + slice("there-4", "there", "IPv4", "10.1.2.2", "node-2")
          + slice("there-6", "there", "IPv6", "fd10:1:2::2", "node-2");

  @Test
  void aTransferThroughASmallerHopBehindTheVipCompletes() {
    try (Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED))) {
      cluster.apply("services.yaml", SERVICES);
      // Only the node's ends: the pods go on to promise segments for 1500 bytes.
      cluster.lab().node("node-1").run("ip", "link", "set", "veth-pod-a", "mtu", "" + SMALL_MTU);
      cluster.lab().node("node-2").run("ip", "link", "set", "veth-pod-c", "mtu", "" + SMALL_MTU);
      cluster.startAgents();
      // An address each: the client remembers a path's MTU by its destination.
      for (String network : List.of("203.0.113.", "fd20:113::")) {
        assertTranslatedErrors(cluster, network + 71, "tc_egress");
        assertTranslatedErrors(cluster, network + 72, "tc_ingress");
      }
    }
  }

  private static void assertTranslatedErrors(Cluster cluster, String vip, String hook) {
    Verdicts before = cluster.verdicts("node-1");
    cluster.lab().client().probe().transfer(Target.of(vip, 80), TRANSFER_BYTES);
    Verdicts during = cluster.verdicts("node-1").since(before);
    assertThat(during.of(hook, "error_translated"))
        .as("errors about packets to " + vip)
        .isPositive();
  }

  private static String service(String name, int number) {
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: default}
        spec:
          clusterIP: 10.96.0.%2$d
          clusterIPs: [10.96.0.%2$d, "fd96::%2$d"]
          ipFamilies: [IPv4, IPv6]
          externalIPs: [203.0.113.%2$d, "fd20:113::%2$d"]
          ports: [{name: tcp, port: 80, protocol: TCP}]
        """
        .formatted(name, number);
  }

  private static String slice(
      String name, String service, String family, String address, String node) {
    return """
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: %s, namespace: default, labels: {kubernetes.io/service-name: %s}}
        addressType: %s
        ports: [{name: tcp, port: 9000, protocol: TCP}]
        endpoints: [{addresses: ["%s"], nodeName: %s, conditions: {ready: true}}]
        """
        .formatted(name, service, family, address, node);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A node with several addresses: on which of them NodePorts are served, and for whom. */
@RequiresRoot
final class NodePortAddressesTest {
  private static final String REFUSED = Failure.REFUSED.name();
  private static final int NODE_PORT = 30170;

  /** node-1's address from the start, and a second one. */
  private static final String FIRST = "172.31.0.11";

  private static final String SECOND = "172.31.0.111";
  private static final String THIRD = "172.31.0.112";
  private static final String FIRST6 = "fd00:31::11";
  private static final String SECOND6 = "fd00:31::111";
  private static final String LOOPBACK = "127.0.0.1";

  /** All addresses but loopback: what most tests here want. */
  private static final String NO_LOOPBACK = "--localhost-nodeports=false";

  private static List<String> running = List.of(NO_LOOPBACK);
  private static Cluster cluster;
  private static Lab lab;
  private static NodeHost node;
  private static Host client;
  private static Host pod;
  private static ServiceFile service;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    lab = cluster.lab();
    node = lab.node("node-1");
    client = lab.client();
    pod = lab.pod("pod-a");
    addAddress(SECOND + "/24");
    addAddress(SECOND6 + "/64");
    service =
        ServiceFile.tcp("web", 70)
            .withNodePort(NODE_PORT)
            .withIngress()
            .with(lab.pod("pod-b"), 9000);
    cluster.apply("web.yaml", service.yaml());
    cluster.startAgent("node-1", NO_LOOPBACK);
    cluster.startAgent("node-2", "--node-port-addresses", "192.0.2.0/24");
  }

  /** Restarts the agent of node-1 if it has other arguments. */
  private static void agent(String... arguments) {
    if (!running.equals(List.of(arguments))) {
      cluster.restartAgent("node-1", arguments);
      running = List.of(arguments);
    }
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  private static void addAddress(String address) {
    if (address.contains(":")) {
      node.run("ip", "address", "add", address, "dev", node.uplink(), "nodad");
    } else {
      node.run("ip", "address", "add", address, "dev", node.uplink());
    }
  }

  @Test
  @ShowsRules({75, 78, 90, 284})
  void unsetServesAllAddressesAlsoThoseThatComeLater() {
    agent(NO_LOOPBACK);
    assertThat(cluster.agent("node-1").log()).contains("consider --nodeport-addresses primary");
    for (Host caller : new Host[] {client, pod, node}) {
      assertServed(caller, FIRST, SECOND, FIRST6, SECOND6);
    }

    addAddress(THIRD + "/24");
    Await.until(
        "a new address serves", () -> Outcome.briefTcp(client, THIRD, NODE_PORT).equals("pod-b"));
    assertServed(pod, THIRD);
    assertServed(node, THIRD);
    node.run("ip", "address", "del", THIRD + "/24", "dev", node.uplink());
    Await.until(
        "an address that is gone serves no more",
        () -> !Outcome.briefTcp(pod, THIRD, NODE_PORT).equals("pod-b"));
  }

  @Test
  @ShowsRules({76, 77})
  void aCidrServesTheAddressesInItAndLeavesTheOtherFamilyAlone() {
    agent("--node-port-addresses", SECOND + "/32");
    for (Host caller : new Host[] {client, pod}) {
      assertServed(caller, SECOND, FIRST6, SECOND6);
      assertRefused(caller, FIRST);
    }
    assertServed(node, SECOND);
    assertRefused(node, FIRST, LOOPBACK);
  }

  @Test
  @ShowsRules(274)
  void aCidrWithoutAnyAddressOfTheNodeServesNone() {
    // node-2's agent has such a one.
    assertRefused(client, "172.31.0.12");
    assertServed(client, "fd00:31::12");
  }

  @Test
  @ShowsRules({76, 202})
  void primaryServesTheNodesOwnAddressOfEachFamily() {
    agent("--node-port-addresses", "primary", "--node-ip", SECOND + "," + SECOND6);
    assertServed(client, SECOND, SECOND6);
    assertRefused(client, FIRST, FIRST6);
  }

  @Test
  @ShowsRules({76, 79})
  void localhostServesTheNodeItselfByIpv4() {
    agent("--node-port-addresses", "localhost");
    assertServed(node, LOOPBACK);
    assertRefused(node, FIRST, "::1");
    assertRefused(client, FIRST);

    agent(NO_LOOPBACK);
    assertRefused(node, LOOPBACK);
    assertServed(node, FIRST);
  }

  @Test
  @ShowsRules({75, 80})
  void nftablesModeServesThePrimaryAddressAndNoLoopback() {
    agent("--proxy-mode", "nftables");

    assertServed(client, FIRST, FIRST6);
    assertRefused(client, SECOND, SECOND6);
    assertRefused(node, LOOPBACK, "::1");
  }

  @Test
  @ShowsRules(74)
  void packetsToAnotherNodesAddressAreJustForwarded() {
    agent(NO_LOOPBACK);
    Verdicts before = cluster.verdicts("node-1");

    assertThat(Outcome.tcp(lab.pod("pod-a"), "fd00:31::12", NODE_PORT)).isEqualTo("pod-b");

    Verdicts since = cluster.verdicts("node-1").since(before);
    assertThat(since.of("socket", "connected")).isZero();
    assertThat(since.of("tc_ingress", "opened_local")).isZero();
    assertThat(since.of("tc_ingress", "opened_remote")).isZero();
  }

  @Test
  @ShowsRules(92)
  void aLoadBalancersAddressServesNoNodePort() {
    agent(NO_LOOPBACK);
    for (AddressFamily family : AddressFamily.values()) {
      String vip = service.ingressIp(family);
      assertThat(Outcome.tcp(client, vip, 80)).isEqualTo("pod-b");
      for (Host caller : new Host[] {client, pod, node}) {
        assertThat(Outcome.briefTcp(caller, vip, NODE_PORT))
            .as("of %s", caller)
            .isNotEqualTo("pod-b");
      }
    }
  }

  @Test
  @ShowsRules({83, 84, 88})
  void aServicesOwnAddressWinsOverANodePort() {
    agent(NO_LOOPBACK);
    ServiceFile onTheNodesAddress =
        ServiceFile.tcp("external", 71)
            .withPort("same", "TCP", NODE_PORT, 0)
            .withSpec("externalIPs", "[%s]".formatted(SECOND))
            .with(lab.pod("pod-c"), 9000);
    ServiceFile datagrams =
        ServiceFile.udp("datagrams", 72).withNodePort(NODE_PORT).with(lab.pod("pod-d"), 9000);
    cluster.install(onTheNodesAddress, datagrams);

    for (Host caller : new Host[] {client, pod, node}) {
      assertThat(Outcome.tcp(caller, SECOND, NODE_PORT)).isEqualTo("pod-c");
      assertThat(Outcome.tcp(caller, FIRST, NODE_PORT)).isEqualTo("pod-b");
      assertThat(Outcome.tcp(caller, SECOND, 80)).isEqualTo("pod-c");
      assertThat(Outcome.udp(caller, SECOND, NODE_PORT)).isEqualTo("pod-d");
    }
    cluster.delete("external.yaml");
    cluster.awaitApplied();
    assertServed(client, SECOND);
  }

  private static void assertServed(Host caller, String... addresses) {
    for (String address : addresses) {
      assertThat(Outcome.tcp(caller, address, NODE_PORT))
          .as("%s to %s", caller, address)
          .isEqualTo("pod-b");
    }
  }

  private static void assertRefused(Host caller, String... addresses) {
    for (String address : addresses) {
      assertThat(Outcome.tcp(caller, address, NODE_PORT))
          .as("%s to %s", caller, address)
          .isEqualTo(REFUSED);
    }
  }
}

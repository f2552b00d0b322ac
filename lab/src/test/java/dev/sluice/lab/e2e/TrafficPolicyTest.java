// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Banner;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which endpoints a policy of {@code Local} leaves to whom, and whom a backend sees. */
@RequiresRoot
final class TrafficPolicyTest {
  private static final int CONNECTIONS = 12;
  private static final String PODS = "10.1.0.0/16,fd10:1::/32";

  private static Cluster cluster;
  private static Lab lab;
  private static Host client;
  private static Host pod;
  private static NodeHost node1;
  private static NodeHost node2;

  /** External policy Local, an endpoint on each node. */
  private static ServiceFile everywhere;

  /** External policy Local, endpoints on node-2 only. */
  private static ServiceFile onNode2;

  /** Internal policy Local, an endpoint on each node. */
  private static ServiceFile innerEverywhere;

  /** Internal policy Local, the nodes themselves are the endpoints. */
  private static ServiceFile innerHosts;

  /** Internal policy Local, endpoints on node-2 only. */
  private static ServiceFile innerOnNode2;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    lab = cluster.lab();
    client = lab.client();
    pod = lab.pod("pod-a");
    node1 = lab.node("node-1");
    node2 = lab.node("node-2");
    Host podB = lab.pod("pod-b");
    Host podC = lab.pod("pod-c");
    Host podD = lab.pod("pod-d");
    everywhere = outer("everywhere", 30).withNodePort(30130).with(podB, 9000).with(podC, 9000);
    onNode2 = outer("on-node2", 31).withNodePort(30131).with(podC, 9000).with(podD, 9000);
    innerEverywhere = inner("inner-everywhere", 32).with(podB, 9000).with(podC, 9000);
    innerHosts = inner("inner-hosts", 33).with(node1, 9000).with(node2, 9000);
    innerOnNode2 = inner("inner-on-node2", 34).with(podC, 9000).with(podD, 9000);
    for (ServiceFile service :
        new ServiceFile[] {everywhere, onNode2, innerEverywhere, innerHosts, innerOnNode2}) {
      cluster.apply(service.name() + ".yaml", service.yaml());
    }
    cluster.startAgent("node-1", "--cluster-cidr", PODS);
    cluster.startAgent("node-2", "--cluster-cidr", PODS);
  }

  private static ServiceFile outer(String name, int number) {
    return ServiceFile.tcpAndUdp(name, number)
        .withIngress()
        .withSpec("externalTrafficPolicy", "Local");
  }

  private static ServiceFile inner(String name, int number) {
    return ServiceFile.tcpAndUdp(name, number).withSpec("internalTrafficPolicy", "Local");
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(121)
  void aClientOutsideGetsTheEndpointsOfTheNodeItComesToAndIsSeenThere(AddressFamily family) {
    assertServedBy(client, nodePort(node1, everywhere, family), "pod-b");
    assertServedBy(client, vip(everywhere, family), "pod-b");
    assertServedBy(client, nodePort(node2, everywhere, family), "pod-c");
    assertServedBy(client, nodePort(node2, onNode2, family), "pod-c", "pod-d");

    for (Target target :
        new Target[] {nodePort(node1, everywhere, family), nodePort(node2, onNode2, family)}) {
      assertThat(seen(client, target).getAddress()).isEqualTo(client.address(family));
      assertThat(client.probe().udp(target, "who?").banner().client().getAddress())
          .isEqualTo(client.address(family));
    }
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({123, 126, 130})
  void aPodIsServedByEveryEndpointAsIfItHadCalledTheClusterIpAndIsSeen(AddressFamily family) {
    for (Target target : new Target[] {nodePort(node1, onNode2, family), vip(onNode2, family)}) {
      assertServedBy(pod, target, "pod-c", "pod-d");
      assertThat(seen(pod, target).getAddress()).isEqualTo(pod.address(family));
    }
    assertServedBy(pod, vip(everywhere, family), "pod-b", "pod-c");
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(124)
  void theNodeItselfIsServedByEveryEndpoint(AddressFamily family) {
    assertServedBy(node1, nodePort(node1, onNode2, family), "pod-c", "pod-d");
    assertServedBy(node1, vip(everywhere, family), "pod-b", "pod-c");
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({47, 68, 73})
  void theExternalPolicyDoesNotTouchTheClusterIp(AddressFamily family) {
    Target target = clusterIp(everywhere, family);

    assertServedBy(pod, target, "pod-b", "pod-c");
    assertServedBy(node1, target, "pod-b", "pod-c");
    assertThat(seen(pod, clusterIp(onNode2, family)).getAddress()).isEqualTo(pod.address(family));
    assertThat(seen(lab.pod("pod-d"), target).getAddress())
        .isEqualTo(lab.pod("pod-d").address(family));
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({66, 67})
  void theInternalPolicyKeepsPodsAndNodesToTheirOwnEndpoints(AddressFamily family) {
    assertServedBy(pod, clusterIp(innerEverywhere, family), "pod-b");
    assertServedBy(node1, clusterIp(innerEverywhere, family), "pod-b");
    assertServedBy(lab.pod("pod-d"), clusterIp(innerEverywhere, family), "pod-c");
    assertServedBy(pod, clusterIp(innerHosts, family), "node-1");
    assertServedBy(lab.pod("pod-d"), clusterIp(innerHosts, family), "node-2");
    assertServedBy(lab.pod("pod-d"), clusterIp(innerOnNode2, family), "pod-c", "pod-d");
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(47)
  void theInternalPolicyDoesNotTouchExternalAddresses(AddressFamily family) {
    Target externalIp = Target.of(innerOnNode2.externalIp(family), 80);

    assertServedBy(client, externalIp, "pod-c", "pod-d");
    assertServedBy(pod, externalIp, "pod-c", "pod-d");
  }

  /** That these are served, in the end all of them, and nobody else; by TCP and by UDP. */
  private static void assertServedBy(Host caller, Target target, String... servers) {
    int connections = servers.length == 1 ? CONNECTIONS : 2 * CONNECTIONS;
    assertThat(caller.probe().connectMany(target, connections))
        .satisfies(
            histogram -> {
              assertThat(histogram.failures()).as("%s to %s by TCP", caller, target).isEmpty();
              assertThat(histogram.answers()).containsOnlyKeys(servers);
            });
    assertThat(caller.probe().udpMany(target, connections))
        .satisfies(
            histogram -> {
              assertThat(histogram.failures()).as("%s to %s by UDP", caller, target).isEmpty();
              assertThat(histogram.answers()).containsOnlyKeys(servers);
            });
  }

  private static InetSocketAddress seen(Host caller, Target target) {
    Banner banner = caller.probe().connect(target).banner();
    return banner.client();
  }

  private static Target nodePort(NodeHost node, ServiceFile service, AddressFamily family) {
    return Target.of(node.address(family), service.ports().getFirst().nodePort());
  }

  private static Target vip(ServiceFile service, AddressFamily family) {
    return Target.of(service.ingressIp(family), 80);
  }

  private static Target clusterIp(ServiceFile service, AddressFamily family) {
    return Target.of(service.clusterIp(family), 80);
  }
}

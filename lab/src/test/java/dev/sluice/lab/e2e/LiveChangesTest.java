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

/** A Service that is changed while it is in use. */
@RequiresRoot
final class LiveChangesTest {
  private static final String REFUSED = Failure.REFUSED.name();

  private static Cluster cluster;
  private static Lab lab;
  private static Host pod;
  private static NodeHost node;
  private static Host client;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED)).startAgents();
    lab = cluster.lab();
    pod = lab.pod("pod-a");
    node = lab.node("node-1");
    client = lab.client();
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  @Test
  @ShowsRules(2)
  void externalNameIsLeftAloneAndBecomesAServiceAndBack() {
    ServiceFile clusterIp = withBackend(ServiceFile.tcp("named", 90));
    ServiceFile nodePort = clusterIp.withNodePort(30190);
    ServiceFile externalName =
        clusterIp.withSpec("type", "ExternalName").withSpec("externalName", "example.org");

    cluster.install(externalName);
    assertUntouched(externalName);
    cluster.install(clusterIp);
    assertClusterIp(clusterIp, "pod-b");
    cluster.install(externalName);
    assertUntouched(externalName);
    cluster.install(nodePort);
    assertClusterIp(nodePort, "pod-b");
    assertNodePort(30190, "pod-b");
    cluster.install(
        nodePort.withSpec("type", "ExternalName").withSpec("externalName", "example.org"));
    assertUntouched(nodePort);
    assertNodePort(30190, REFUSED);
  }

  @Test
  @ShowsRules({3, 152})
  void theLabelOfAnotherProxyTakesAServiceDownAndItsRemovalBringsItBack() {
    ServiceFile ours = withBackend(ServiceFile.tcp("proxied", 91).withNodePort(30191));
    for (String value : new String[] {"another", ""}) {
      cluster.install(ours);
      assertClusterIp(ours, "pod-b");
      cluster.install(ours.withLabel("service.kubernetes.io/service-proxy-name", value));
      assertUntouched(ours);
      assertNodePort(30191, REFUSED);
    }
    cluster.install(ours);
    assertClusterIp(ours, "pod-b");
    assertNodePort(30191, "pod-b");
  }

  /** The slice controller copies the label from the Service. */
  @Test
  @ShowsRules(4)
  void theHeadlessLabelHidesTheEndpointsAndItsRemovalBringsThemBack() {
    ServiceFile seen = withBackend(ServiceFile.tcp("hidden", 92));
    ServiceFile hidden = seen.withSliceLabel("service.kubernetes.io/headless", "");
    for (ServiceFile unreachable :
        List.of(hidden, hidden.withLabel("service.kubernetes.io/headless", ""))) {
      cluster.install(seen);
      assertClusterIp(seen, "pod-b");
      cluster.install(unreachable);
      assertClusterIp(seen, REFUSED);
    }
    cluster.install(seen);
    assertClusterIp(seen, "pod-b");
  }

  @Test
  @ShowsRules({14, 69})
  void aPortThatIsRemovedIsServedNoMoreAndTheOthersGoOn() {
    ServiceFile one = withBackend(ServiceFile.tcp("ports", 93));
    ServiceFile two = one.withPort("second", "TCP", 81, 0);
    ServiceFile onlySecond = two.withoutPort("main");
    for (AddressFamily family : AddressFamily.values()) {
      String address = one.clusterIp(family);
      cluster.install(two);
      assertThat(Outcome.tcp(pod, address, 80)).isEqualTo("pod-b");
      assertThat(Outcome.tcp(pod, address, 81)).isEqualTo("pod-b");
      cluster.install(onlySecond);
      assertThat(Outcome.briefTcp(pod, address, 80)).isNotIn("pod-b", REFUSED);
      assertThat(Outcome.tcp(pod, address, 81)).isEqualTo("pod-b");
      cluster.install(one);
      assertThat(Outcome.tcp(pod, address, 80)).isEqualTo("pod-b");
      assertThat(Outcome.briefTcp(pod, address, 81)).isNotIn("pod-b", REFUSED);
    }
  }

  @Test
  @ShowsRules(72)
  void anotherClusterIpWorksAtOnceAndTheOldOneStops() {
    ServiceFile before = withBackend(ServiceFile.tcp("moved", 94));
    ServiceFile elsewhere = ServiceFile.tcp("moved", 95);
    ServiceFile after =
        before
            .withSpec("clusterIP", elsewhere.clusterIp(AddressFamily.IPV4))
            .withSpec(
                "clusterIPs",
                "[\"%s\", \"%s\"]"
                    .formatted(
                        elsewhere.clusterIp(AddressFamily.IPV4),
                        elsewhere.clusterIp(AddressFamily.IPV6)));
    cluster.install(before);
    assertClusterIp(before, "pod-b");
    cluster.install(after);
    assertClusterIp(elsewhere, "pod-b");
    assertUntouched(before);
  }

  @Test
  @ShowsRules({109, 287})
  void aLoadBalancersAddressIsServedAsLongAsTheStatusHasIt() {
    ServiceFile pending = withBackend(ServiceFile.tcp("balanced", 99).withNodePort(30199));
    ServiceFile ready = pending.withIngress();
    for (AddressFamily family : AddressFamily.values()) {
      String address = ready.ingressIp(family);
      cluster.install(ready);
      assertThat(Outcome.tcp(client, address, 80)).isEqualTo("pod-b");
      assertThat(Outcome.tcp(pod, address, 80)).isEqualTo("pod-b");
      cluster.install(pending);
      assertThat(Outcome.briefTcp(client, address, 80)).isNotIn("pod-b", REFUSED);
      assertThat(Outcome.briefTcp(pod, address, 80)).isNotIn("pod-b", REFUSED);
      assertClusterIp(pending, "pod-b");
      assertNodePort(30199, "pod-b");
    }
  }

  @Test
  @ShowsRules({10, 88})
  void aClusterIpServiceBecomesANodePortServiceWithOneNumberForTwoProtocols() {
    ServiceFile clusterIp = ServiceFile.tcpAndUdp("typed", 96).with(lab.pod("pod-b"), 9000);
    cluster.install(clusterIp);
    assertNodePort(30196, REFUSED);
    cluster.install(clusterIp.withNodePort(30196));
    for (AddressFamily family : AddressFamily.values()) {
      String address = node.address(family).getHostAddress();
      assertThat(Outcome.tcp(client, address, 30196)).isEqualTo("pod-b");
      assertThat(Outcome.udp(client, address, 30196)).isEqualTo("pod-b");
      assertThat(Outcome.tcp(pod, clusterIp.clusterIp(family), 80)).isEqualTo("pod-b");
      assertThat(Outcome.udp(pod, clusterIp.clusterIp(family), 80)).isEqualTo("pod-b");
    }
  }

  @Test
  @ShowsRules(86)
  void nothingListensOnANodePortAndTheNextServiceMayHaveIt() {
    ServiceFile first = withBackend(ServiceFile.tcp("first", 97).withNodePort(30197));
    ServiceFile second = ServiceFile.tcp("second", 98).with(lab.pod("pod-c"), 9000);
    cluster.install(first, second);
    assertNodePort(30197, "pod-b");
    assertThat(node.run("ss", "-Htuln", "sport = :30197")).isBlank();

    cluster.install(first.withNodePort(0));
    assertNodePort(30197, REFUSED);
    cluster.install(second.withNodePort(30197));
    assertNodePort(30197, "pod-c");
  }

  private static ServiceFile withBackend(ServiceFile service) {
    return service.with(lab.pod("pod-b"), 9000);
  }

  private static void assertClusterIp(ServiceFile service, String outcome) {
    for (AddressFamily family : AddressFamily.values()) {
      for (Host caller : new Host[] {pod, node}) {
        assertThat(Outcome.tcp(caller, service.clusterIp(family), 80))
            .as("%s to %s", caller, service.clusterIp(family))
            .isEqualTo(outcome);
      }
    }
  }

  /** Routing leads such an address nowhere; that is all that may happen to it. */
  private static void assertUntouched(ServiceFile service) {
    Verdicts before = cluster.verdicts("node-1");
    for (AddressFamily family : AddressFamily.values()) {
      for (Host caller : new Host[] {pod, node}) {
        assertThat(Outcome.briefTcp(caller, service.clusterIp(family), 80))
            .as("%s to %s", caller, service.clusterIp(family))
            .isNotIn("pod-b", REFUSED);
      }
    }
    assertThat(cluster.verdicts("node-1").since(before).refusals()).isEmpty();
  }

  private static void assertNodePort(int port, String outcome) {
    for (AddressFamily family : AddressFamily.values()) {
      String address = node.address(family).getHostAddress();
      assertThat(Outcome.tcp(client, address, port)).as(address).isEqualTo(outcome);
      assertThat(Outcome.tcp(node, address, port)).as(address).isEqualTo(outcome);
    }
  }
}

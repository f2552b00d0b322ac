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
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The two families of a Service are two Services that know nothing of each other. */
@RequiresRoot
final class DualStackTest {
  private static final String REFUSED = Failure.REFUSED.name();
  private static final int NODE_PORT = 30180;

  private static Cluster cluster;
  private static Lab lab;
  private static Host pod;
  private static Host client;
  private static Host node;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED)).startAgents();
    lab = cluster.lab();
    pod = lab.pod("pod-a");
    client = lab.client();
    node = lab.node("node-1");
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  private static AddressFamily other(AddressFamily family) {
    return switch (family) {
      case IPV4 -> AddressFamily.IPV6;
      case IPV6 -> AddressFamily.IPV4;
    };
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({15, 21, 147})
  void aFamilyWithoutEndpointsIsRefusedWhileTheOtherIsServed(AddressFamily family) {
    ServiceFile service =
        ServiceFile.tcpAndUdp("one-sided", 80)
            .withNodePort(NODE_PORT)
            .with(lab.pod("pod-b"), 9000, EnumSet.of(family));
    cluster.install(service);

    for (AddressFamily each : AddressFamily.values()) {
      String outcome = each == family ? "pod-b" : REFUSED;
      String nodeAddress = node.address(each).getHostAddress();
      assertThat(Outcome.tcp(pod, service.clusterIp(each), 80)).isEqualTo(outcome);
      assertThat(Outcome.udp(pod, service.clusterIp(each), 80)).isEqualTo(outcome);
      assertThat(Outcome.tcp(node, service.clusterIp(each), 80)).isEqualTo(outcome);
      assertThat(Outcome.tcp(client, service.externalIp(each), 80)).isEqualTo(outcome);
      assertThat(Outcome.udp(client, nodeAddress, NODE_PORT)).isEqualTo(outcome);
    }
  }

  /** Its slices, external IPs and node port of the other family are as if they were not there. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules({15, 16, 152})
  void aServiceOfOneFamilyIsNotThereInTheOther(AddressFamily family) {
    ServiceFile dual = ServiceFile.tcp("single", 81).withNodePort(NODE_PORT + 1).withIngress();
    ServiceFile single =
        dual.with(lab.pod("pod-b"), 9000)
            .withSpec("clusterIP", '"' + dual.clusterIp(family) + '"')
            .withSpec("clusterIPs", "[\"%s\"]".formatted(dual.clusterIp(family)))
            .withSpec("ipFamilies", family == AddressFamily.IPV4 ? "[IPv4]" : "[IPv6]")
            .withSpec("ipFamilyPolicy", "SingleStack");
    cluster.install(single);

    assertThat(Outcome.tcp(pod, single.clusterIp(family), 80)).isEqualTo("pod-b");
    assertThat(Outcome.tcp(client, single.externalIp(family), 80)).isEqualTo("pod-b");
    AddressFamily missing = other(family);
    // Routing sends them back and forth: only that nobody answers for the Service is certain.
    List<String> answers = List.of("pod-b", REFUSED);
    assertThat(Outcome.briefTcp(pod, single.clusterIp(missing), 80)).isNotIn(answers);
    assertThat(Outcome.briefTcp(node, single.clusterIp(missing), 80)).isNotIn(answers);
    assertThat(Outcome.briefTcp(client, single.externalIp(missing), 80)).isNotIn(answers);
    assertThat(Outcome.briefTcp(client, single.ingressIp(missing), 80)).isNotIn(answers);
    // The node's own kernel refuses: nothing listens.
    Verdicts before = cluster.verdicts("node-1");
    assertThat(Outcome.tcp(client, node.address(missing).getHostAddress(), NODE_PORT + 1))
        .isEqualTo(REFUSED);
    assertThat(cluster.verdicts("node-1").since(before).refusals()).isEmpty();
  }

  /** Every JVM calls {@code ::ffff:a.b.c.d} by an AF_INET6 socket. */
  @Test
  @ShowsRules(15)
  void aMappedAddressIsTheIpv4Service() {
    ServiceFile service = ServiceFile.tcpAndUdp("mapped", 82);
    ServiceFile ipv4Only = service.with(lab.pod("pod-b"), 9000, EnumSet.of(AddressFamily.IPV4));
    ServiceFile ipv6Only = service.with(lab.pod("pod-b"), 9000, EnumSet.of(AddressFamily.IPV6));
    Target mapped = Target.of(service.clusterIp(AddressFamily.IPV4), 80).viaDualStackSocket();

    for (Host caller : new Host[] {pod, node}) {
      cluster.install(ipv4Only);
      assertThat(Outcome.tcp(caller, mapped)).isEqualTo("pod-b");
      assertThat(Outcome.udp(caller, mapped)).isEqualTo("pod-b");
      cluster.install(ipv6Only);
      assertThat(Outcome.tcp(caller, mapped)).isEqualTo(REFUSED);
    }
  }
}

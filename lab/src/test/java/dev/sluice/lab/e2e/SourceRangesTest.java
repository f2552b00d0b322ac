// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Histogram;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code loadBalancerSourceRanges} decide who may use the load balancer's addresses. */
@RequiresRoot
final class SourceRangesTest {
  private static final String SILENCE = Failure.TIMED_OUT.name();
  private static final int NODE_PORT = 30120;
  private static final int CONNECT_MILLIS = 500;

  private static Cluster cluster;
  private static Lab lab;
  private static Host client;
  private static Host pod;
  private static Host node;

  /** Admits the client, by a range with host bits set, and blanks around it. */
  private static ServiceFile forTheClient;

  /** Admits the nodes. */
  private static ServiceFile forNodes;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    lab = cluster.lab();
    client = lab.client();
    pod = lab.pod("pod-a");
    node = lab.node("node-1");
    forTheClient =
        ServiceFile.tcpAndUdp("for-the-client", 20)
            .withNodePort(NODE_PORT)
            .withIngress()
            .with(lab.pod("pod-b"), 9000)
            .with(lab.pod("pod-c"), 9000)
            .withSpec("loadBalancerSourceRanges", "[\" 172.30.0.77/24 \", \"fd00:30::77/64\"]");
    forNodes =
        ServiceFile.tcp("for-nodes", 21)
            .withIngress()
            .with(lab.pod("pod-b"), 9000)
            .withSpec("loadBalancerSourceRanges", "[172.31.0.0/24, \"fd00:31::/64\"]");
    cluster.apply("for-the-client.yaml", forTheClient.yaml());
    cluster.apply("for-nodes.yaml", forNodes.yaml());
    cluster.startAgents();
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  /** Judged before source NAT: half of the connections go to pod-c by way of the node's address. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules({18, 19, 101, 105})
  void aSourceInARangeIsAdmittedToEveryBackend(AddressFamily family) {
    Target vip = Target.of(forTheClient.ingressIp(family), 80);

    for (Histogram calls :
        List.of(client.probe().connectMany(vip, 30), client.probe().udpMany(vip, 30))) {
      assertThat(calls.failures()).isEmpty();
      assertThat(calls.answers()).containsOnlyKeys("pod-b", "pod-c");
    }
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({101, 150})
  void anyOtherSourceMeetsSilence(AddressFamily family) {
    Verdicts before = cluster.verdicts("node-1");

    assertThat(Outcome.briefTcp(client, forNodes.ingressIp(family), 80)).isEqualTo(SILENCE);
    assertThat(Outcome.briefTcp(pod, forTheClient.ingressIp(family), 80)).isEqualTo(SILENCE);
    assertThat(Outcome.briefUdp(pod, forTheClient.ingressIp(family), 80)).isEqualTo(SILENCE);

    assertThat(cluster.verdicts("node-1").since(before).of("tc_ingress", "drop_source"))
        .isGreaterThanOrEqualTo(3);
  }

  /** A socket hook cannot be silent: it says that the host is not to be reached. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules(101)
  void theNodeItselfIsJudgedByItsOwnAddress(AddressFamily family) {
    assertThat(Outcome.tcp(node, forTheClient.ingressIp(family), 80))
        .isEqualTo(Failure.UNREACHABLE.name());
    assertThat(Outcome.tcp(node, forNodes.ingressIp(family), 80)).isEqualTo("pod-b");
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({91, 96, 101})
  void nodePortAndExternalIpAndClusterIpAreOpenToAll(AddressFamily family) {
    for (Host caller : new Host[] {client, pod, node}) {
      assertThat(Outcome.tcp(caller, forNodes.externalIp(family), 80)).isEqualTo("pod-b");
      assertThat(Outcome.tcp(caller, node.address(family).getHostAddress(), NODE_PORT))
          .startsWith("pod-");
    }
    assertThat(Outcome.tcp(pod, forTheClient.clusterIp(family), 80)).startsWith("pod-");
    assertThat(Outcome.tcp(node, forTheClient.clusterIp(family), 80)).startsWith("pod-");
  }

  /** The node may talk to a VIP with another VIP of the Service as its source. */
  @Test
  @ShowsRules(102)
  void whereTheNodeIsAdmittedSoAreTheServicesOwnAddresses() throws Exception {
    String second = "203.0.113.199";
    pod.run("ip", "address", "add", second + "/32", "dev", "lo");
    node.run("ip", "route", "add", second, "dev", lab.pod("pod-a").device());
    String status = "{loadBalancer: {ingress: [{ip: %s}, {ip: %s}]}}";
    String nodesVip = forNodes.ingressIp(AddressFamily.IPV4);
    String clientsVip = forTheClient.ingressIp(AddressFamily.IPV4);

    cluster.install(forNodes.withStatus(status.formatted(nodesVip, second)));
    assertThat(isAnswered(second, nodesVip)).as("ranges that hold the node").isTrue();

    cluster.install(forNodes, forTheClient.withStatus(status.formatted(clientsVip, second)));
    assertThat(isAnswered(second, clientsVip)).as("ranges without the node").isFalse();
    cluster.install(forNodes, forTheClient);
  }

  private static boolean isAnswered(String source, String vip) throws Exception {
    return pod.call(
        () -> {
          try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(source), 0));
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(vip), 80), CONNECT_MILLIS);
            return true;
          } catch (SocketTimeoutException silence) {
            return false;
          } catch (IOException e) {
            throw new AssertionError("neither an answer nor silence", e);
          }
        });
  }

  /** As kube-proxy's iptables mode; its nftables mode looks at the source first. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules(104)
  void withoutEndpointsEverybodyIsRefused(AddressFamily family) {
    ServiceFile nobody =
        ServiceFile.tcp("nobody", 22)
            .withIngress()
            .withSpec("loadBalancerSourceRanges", "[172.31.0.0/24, \"fd00:31::/64\"]");
    cluster.install(nobody);

    assertThat(Outcome.tcp(client, nobody.ingressIp(family), 80)).isEqualTo(Failure.REFUSED.name());
    assertThat(Outcome.tcp(node, nobody.ingressIp(family), 80)).isEqualTo(Failure.REFUSED.name());
  }

  @Test
  @ShowsRules(103)
  void rangesOfOneFamilyLeaveTheOtherOpen() {
    ServiceFile oneFamily =
        ServiceFile.tcp("one-family", 23)
            .withIngress()
            .with(lab.pod("pod-b"), 9000)
            .withSpec("loadBalancerSourceRanges", "[198.51.100.0/24]");
    cluster.install(oneFamily);

    assertThat(Outcome.briefTcp(client, oneFamily.ingressIp(AddressFamily.IPV4), 80))
        .isEqualTo(SILENCE);
    assertThat(Outcome.tcp(client, oneFamily.ingressIp(AddressFamily.IPV6), 80)).isEqualTo("pod-b");
  }
}

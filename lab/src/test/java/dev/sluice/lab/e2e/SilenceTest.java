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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where a policy of {@code Local} finds no endpoint on this node but there is one elsewhere, the
 * client is told nothing: neither a reset nor an ICMP error, which a connected UDP socket would
 * see.
 */
@RequiresRoot
final class SilenceTest {
  private static final String SILENCE = Failure.TIMED_OUT.name();
  private static final int NODE_PORT = 30140;

  private static Cluster cluster;
  private static Lab lab;
  private static ServiceFile outer;
  private static ServiceFile inner;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    lab = cluster.lab();
    outer =
        ServiceFile.tcpAndUdp("outer", 40)
            .withNodePort(NODE_PORT)
            .withIngress()
            .withSpec("externalTrafficPolicy", "Local")
            .with(lab.pod("pod-c"), 9000);
    inner =
        ServiceFile.tcpAndUdp("inner", 41)
            .withSpec("internalTrafficPolicy", "Local")
            .with(lab.pod("pod-c"), 9000);
    cluster.apply("outer.yaml", outer.yaml());
    cluster.apply("inner.yaml", inner.yaml());
    cluster.startAgents();
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({85, 95, 122, 149})
  void aClientOutsideMeetsSilenceAtANodeWithoutEndpoints(AddressFamily family) {
    Verdicts before = cluster.verdicts("node-1");

    assertSilence(lab.client(), lab.node("node-1").address(family).getHostAddress(), NODE_PORT);
    assertSilence(lab.client(), outer.externalIp(family), 80);
    assertSilence(lab.client(), outer.ingressIp(family), 80);

    assertDrops(before, 6);
  }

  /** Nobody told the agents how to recognise pods, so pods are as good as clients outside. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules(125)
  void aPodThatIsNotRecognisedMeetsSilenceToo(AddressFamily family) {
    Verdicts before = cluster.verdicts("node-1");

    assertSilence(lab.pod("pod-a"), lab.node("node-1").address(family).getHostAddress(), NODE_PORT);
    assertSilence(lab.pod("pod-a"), outer.ingressIp(family), 80);

    assertDrops(before, 4);
    assertThat(Outcome.tcp(lab.pod("pod-d"), outer.ingressIp(family), 80)).isEqualTo("pod-c");
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({66, 149})
  void aPodMeetsSilenceUnderAnInternalPolicy(AddressFamily family) {
    Verdicts before = cluster.verdicts("node-1");

    assertSilence(lab.pod("pod-a"), inner.clusterIp(family), 80);

    assertDrops(before, 2);
  }

  /** A socket hook cannot be silent: it says that the host is not to be reached. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules({66, 67})
  void theNodesOwnSocketCannotReachTheHost(AddressFamily family) {
    Verdicts before = cluster.verdicts("node-1");

    assertThat(Outcome.tcp(lab.node("node-1"), inner.clusterIp(family), 80))
        .isEqualTo(Failure.UNREACHABLE.name());

    assertThat(cluster.verdicts("node-1").since(before).of("socket", "drop_no_backend"))
        .isEqualTo(1);
  }

  private static void assertSilence(Host caller, String address, int port) {
    assertThat(Outcome.briefTcp(caller, address, port)).as("TCP to %s", address).isEqualTo(SILENCE);
    assertThat(Outcome.briefUdp(caller, address, port)).as("UDP to %s", address).isEqualTo(SILENCE);
  }

  private static void assertDrops(Verdicts before, int calls) {
    Verdicts since = cluster.verdicts("node-1").since(before);
    assertThat(since.of("tc_ingress", "drop_no_backend")).isGreaterThanOrEqualTo(calls);
    assertThat(since.refusals()).containsOnlyKeys("tc_ingress/drop_no_backend");
  }
}

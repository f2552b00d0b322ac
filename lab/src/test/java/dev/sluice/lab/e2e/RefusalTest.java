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
import dev.sluice.lab.OpenConnection;
import dev.sluice.lab.OpenUdp;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.lab.e2e.ServiceFile.State;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A Service without any endpoint tells its clients at once. */
@RequiresRoot
final class RefusalTest {
  private static final String REFUSED = Failure.REFUSED.name();
  private static final int NODE_PORT = 30099;

  private static Cluster cluster;
  private static Lab lab;
  private static Host client;

  /** Reaches Services by socket hooks. */
  private static Host podWithHooks;

  /** Reaches Services by packets. */
  private static Host podWithoutHooks;

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    cluster.startAgent("node-1");
    cluster.startAgent("node-2", "--socket-hooks", "off");
    lab = cluster.lab();
    client = lab.client();
    podWithHooks = lab.pod("pod-a");
    podWithoutHooks = lab.pod("pod-d");
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({85, 147, 151})
  void aServiceWithoutEndpointsIsRefusedAtOnce(AddressFamily family) {
    ServiceFile nobody = ServiceFile.tcpAndUdp("nobody", 99).withNodePort(NODE_PORT).withIngress();
    cluster.install(nobody);
    Verdicts before = cluster.verdicts("node-2");

    assertRefused(podWithHooks, nobody.clusterIp(family), 80);
    assertRefused(podWithoutHooks, nobody.clusterIp(family), 80);
    assertRefused(client, nobody.externalIp(family), 80);
    assertRefused(client, nobody.ingressIp(family), 80);
    assertRefused(client, lab.node("node-1").address(family).getHostAddress(), NODE_PORT);
    assertThat(Outcome.tcp(lab.node("node-1"), nobody.clusterIp(family), 80)).isEqualTo(REFUSED);

    assertThat(cluster.verdicts("node-2").since(before).of("tc_ingress", "reject_no_backend"))
        .isEqualTo(2);
  }

  private static void assertRefused(Host caller, String address, int port) {
    assertThat(Outcome.tcp(caller, address, port)).as("%s by TCP", caller).isEqualTo(REFUSED);
    assertThat(Outcome.udp(caller, address, port)).as("%s by UDP", caller).isEqualTo(REFUSED);
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({43, 53, 148, 153})
  void whenTheLastEndpointGoesNewConnectionsAreRefusedUntilOneComesBack(AddressFamily family) {
    ServiceFile served = ServiceFile.tcpAndUdp("evicted", 98).with(lab.pod("pod-b"), 9000);
    cluster.install(served);
    Target external = Target.of(served.externalIp(family), 80);
    try (OpenConnection first = podWithHooks.probe().open(external);
        OpenConnection second = podWithoutHooks.probe().open(external);
        OpenConnection third = client.probe().open(external)) {
      for (ServiceFile gone :
          List.of(
              served.withoutEndpoints(),
              served.withState(lab.pod("pod-b"), State.NOT_READY),
              served.withState(lab.pod("pod-b"), State.TERMINATED))) {
        cluster.install(gone);
        for (Host caller : callers()) {
          assertRefused(caller, served.externalIp(family), 80);
        }
        for (OpenConnection established : List.of(first, second, third)) {
          assertThat(established.echo("still here")).isEqualTo("still here");
        }

        cluster.install(served);
        for (Host caller : callers()) {
          assertThat(Outcome.tcp(caller, external)).isEqualTo("pod-b");
          assertThat(Outcome.udp(caller, external)).isEqualTo("pod-b");
        }
      }
    }
  }

  /** A socket that asked in vain is answered as soon as there is an endpoint. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules(153)
  void aUdpSocketThatWasRefusedIsAnsweredOnceThereIsAnEndpoint(AddressFamily family) {
    ServiceFile nobody = ServiceFile.udp("coming", 97);
    Target target = Target.of(nobody.externalIp(family), 80);
    for (Host caller : callers()) {
      cluster.install(nobody);
      try (OpenUdp socket = caller.probe().openUdp(target, true)) {
        assertThat(Outcome.of(() -> socket.ask("anybody?").server())).isEqualTo(REFUSED);
        cluster.install(nobody.with(lab.pod("pod-b"), 9000));
        assertThat(Outcome.of(() -> socket.ask("anybody?").server())).isEqualTo("pod-b");
      }
    }
  }

  private static List<Host> callers() {
    return List.of(podWithHooks, podWithoutHooks, client);
  }
}

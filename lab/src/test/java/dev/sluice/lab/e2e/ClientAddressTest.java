// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.Probe;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.lab.UdpReply;
import dev.sluice.lab.e2e.Cell.Backend;
import dev.sluice.lab.e2e.Cell.Frontend;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who the client is, as a backend on the same node sees it, with all translation by packets. */
@RequiresRoot
final class ClientAddressTest {
  private static MatrixCluster matrix;

  @BeforeAll
  static void up() {
    matrix = new MatrixCluster(LabOptions.of(Layout.ROUTED), 0, "--socket-hooks", "off");
  }

  @AfterAll
  static void down() {
    matrix.close();
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({121, 129})
  void aLocalBackendSeesTheAddressOfAClientOutside(AddressFamily family) {
    assertSeen(matrix.cluster().lab().client(), 7001, Frontend.NODE_PORT, family);
    assertSeen(matrix.cluster().lab().client(), 7002, Frontend.LOAD_BALANCER_IP, family);
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(73)
  void aLocalBackendSeesTheAddressOfAPod(AddressFamily family) {
    assertSeen(matrix.cluster().lab().pod("pod-a"), 7001, Frontend.CLUSTER_IP, family);
  }

  /** Otherwise the reply would not come back through this node. */
  @ParameterizedTest
  @EnumSource
  @ShowsRules({129, 135})
  void aRemoteBackendSeesTheNodeInsteadOfAClientOutside(AddressFamily family) {
    InetAddress seen =
        matrix
            .cluster()
            .lab()
            .client()
            .probe()
            .connect(target(Frontend.NODE_PORT, Backend.OTHER_NODE, family))
            .banner()
            .client()
            .getAddress();

    assertThat(seen).isEqualTo(matrix.cluster().lab().node("node-1").address(family));
  }

  /**
   * Behind the translation both flows would look the same, so the later one gets a port of the
   * node; the address stays.
   */
  @ParameterizedTest
  @EnumSource
  void aPortThatTheClientUsesForTwoAddressesOfAServiceIsChangedForTheSecond(AddressFamily family) {
    Host client = matrix.cluster().lab().client();
    Target first = target(Frontend.NODE_PORT, Backend.SAME_NODE, family).fromPort(7003);
    Target second = target(Frontend.EXTERNAL_IP, Backend.SAME_NODE, family).fromPort(7003);

    UdpReply one = client.probe().udp(first, "one");
    UdpReply two = client.probe().udp(second, "two");

    assertThat(one.banner().client())
        .isEqualTo(new InetSocketAddress(client.address(family), 7003));
    assertThat(two.banner().client().getAddress()).isEqualTo(client.address(family));
    assertThat(two.banner().client().getPort()).isBetween(49152, 65535);
    assertThat(two.source()).isEqualTo(new InetSocketAddress(second.address(), second.port()));
  }

  /** Address and port, of connections and datagrams. */
  private static void assertSeen(Host client, int port, Frontend frontend, AddressFamily family) {
    Probe probe = client.probe();
    Target target = target(frontend, Backend.SAME_NODE, family).fromPort(port);
    InetSocketAddress expected = new InetSocketAddress(client.address(family), port);

    assertThat(probe.connect(target).banner().client()).isEqualTo(expected);
    assertThat(probe.udp(target, "who am I?").banner().client()).isEqualTo(expected);
  }

  private static Target target(Frontend frontend, Backend backend, AddressFamily family) {
    return Target.of(
        MatrixServices.address(matrix.cluster().lab(), frontend, backend, family),
        MatrixServices.port(frontend, backend));
  }
}

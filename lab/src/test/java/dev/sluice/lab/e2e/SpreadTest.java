// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Histogram;
import dev.sluice.lab.Host;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Traffic goes to all ready backends alike, and few flows move when one of them goes. */
@RequiresRoot
class SpreadTest {
  private static final int CONNECTIONS = 2000;
  private static final int FIRST_PORT = 9100;
  private static final int PORTS = 10;
  private static final int FLOWS = 8000;
  private static final int FIRST_SOURCE_PORT = 10000;

  private static Cluster cluster;
  private static NamedServers local;
  private static NamedServers remote;
  private static ServiceFile service;

  @BeforeAll
  static void start() throws Exception {
    cluster =
        Cluster.create(
            LabOptions.of(Layout.ROUTED),
            "--timeout-udp",
            "1",
            "--timeout-embryo",
            "1",
            "--timeout-unanswered-udp",
            "1",
            "--collect-every",
            "1");
    local = NamedServers.tcp(cluster.lab().pod("pod-b"), FIRST_PORT, PORTS);
    remote = NamedServers.tcp(cluster.lab().pod("pod-c"), FIRST_PORT, PORTS);
    service = backends(ServiceFile.tcp("spread", 2).withNodePort(30102));
    cluster.apply("spread.yaml", service.yaml());
    // Hooks for pod-a alone: pod-b's sockets stand for one that no hook sees.
    cluster.startAgent("node-1", "--cgroup", cluster.lab().pod("pod-a").cgroup().toString());
    cluster.startAgent("node-2");
  }

  @AfterAll
  static void stop() {
    local.close();
    remote.close();
    cluster.close();
  }

  private static ServiceFile backends(ServiceFile empty) {
    ServiceFile file = empty;
    for (int port = FIRST_PORT; port < FIRST_PORT + PORTS; port++) {
      file = file.with(cluster.lab().pod("pod-b"), port).with(cluster.lab().pod("pod-c"), port);
    }
    return file;
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(51)
  void aPodsConnectionsSpreadEvenlyByTheSocketHooks(AddressFamily family) {
    Verdicts before = cluster.verdicts("node-1");
    assertEven("hooks", connect(cluster.lab().pod("pod-a"), service.clusterIp(family), 80));
    Verdicts verdicts = cluster.verdicts("node-1").since(before);
    assertThat(verdicts.of("socket", "connected")).isEqualTo(CONNECTIONS);
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(51)
  void aPodsConnectionsSpreadEvenlyByPackets(AddressFamily family) {
    Verdicts before = cluster.verdicts("node-1");
    assertEven("packets", connect(cluster.lab().pod("pod-b"), service.clusterIp(family), 80));
    Verdicts verdicts = cluster.verdicts("node-1").since(before);
    assertThat(verdicts.of("socket", "connected")).isZero();
    assertThat(
            verdicts.of("tc_ingress", "opened_local") + verdicts.of("tc_ingress", "opened_hairpin"))
        .isEqualTo(CONNECTIONS);
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules(51)
  void connectionsFromOutsideSpreadEvenly(AddressFamily family) {
    assertEven("external IP", connect(cluster.lab().client(), service.externalIp(family), 80));
    assertEven(
        "node port",
        connect(
            cluster.lab().client(),
            cluster.lab().node("node-1").address(family).getHostAddress(),
            30102));
  }

  private static Histogram connect(Host host, String address, int port) {
    return host.probe().connectMany(Target.of(address, port), CONNECTIONS);
  }

  private static void assertEven(String what, Histogram histogram) {
    assertThat(histogram.failures()).isEmpty();
    assertThat(histogram.answers()).hasSize(2 * PORTS);
    double probability = ChiSquared.probability(histogram.answers().values());
    System.out.printf(
        "spread of %d connections over %d backends, %s: p = %.4f, %s%n",
        histogram.answered(),
        histogram.answers().size(),
        what,
        probability,
        histogram.answers().values());
    assertThat(probability).isGreaterThan(1e-6);
  }

  /**
   * The same flows before and after: datagrams from the same source ports, once the flow table has
   * forgotten the first ones.
   */
  @ParameterizedTest
  @EnumSource
  void removingOneOfTwentyBackendsMovesFewFlowsOfTheOthers(AddressFamily family) throws Exception {
    Host pod = cluster.lab().pod("pod-b");
    ServiceFile all = backends(ServiceFile.udp("datagrams", 3));
    ServiceFile fewer = all.without(pod, FIRST_PORT);
    InstalledMaps installed = InstalledMaps.of(cluster.lab().node("node-1"));
    InetSocketAddress target = new InetSocketAddress(all.externalIp(family), 80);
    try (NamedServers _ = NamedServers.udp(pod, family, FIRST_PORT, PORTS);
        NamedServers _ = NamedServers.udp(cluster.lab().pod("pod-c"), family, FIRST_PORT, PORTS)) {
      cluster.apply("datagrams.yaml", all.yaml());
      Await.backends(cluster, "datagrams", 20);
      List<String> before = ask(family, target);
      List<String> tableBefore = installed.outsideRegion(all, family);

      cluster.apply("datagrams.yaml", fewer.yaml());
      Await.backends(cluster, "datagrams", 19);
      Await.noFlows(cluster);
      List<String> after = ask(family, target);
      List<String> tableAfter = installed.outsideRegion(all, family);

      String gone = pod.name() + ":" + FIRST_PORT;
      assertFewMoved("flows", before, after, gone);
      String goneSocket = pod.address(family).getHostAddress() + " " + FIRST_PORT;
      assertThat(tableBefore).hasSizeGreaterThanOrEqualTo(4093);
      assertFewMoved("slots", tableBefore, tableAfter, goneSocket);

      cluster.lab().routeExternal(all.externalIp(family), "node-2");
      assertThat(ask(family, target)).as("what another node chooses").isEqualTo(after);
    } finally {
      cluster.delete("datagrams.yaml");
      Await.noFlows(cluster);
    }
  }

  private static void assertFewMoved(
      String what, List<String> before, List<String> after, String gone) {
    int others = 0;
    int moved = 0;
    for (int place = 0; place < before.size(); place++) {
      assertThat(after.get(place)).isNotEqualTo(gone);
      if (!before.get(place).equals(gone)) {
        others++;
        moved += before.get(place).equals(after.get(place)) ? 0 : 1;
      }
    }
    double share = (double) moved / others;
    System.out.printf(
        "Maglev, one of 20 backends gone: %d of %d %s of the others moved, %.2f %%%n",
        moved, others, what, 100 * share);
    assertThat(share).isLessThan(0.02);
    assertThat(others).as("backends have fair shares").isLessThan(before.size() * 97 / 100);
  }

  /** Who answers a datagram from each source port, in their order. */
  private static List<String> ask(AddressFamily family, InetSocketAddress target) throws Exception {
    return cluster
        .lab()
        .client()
        .call(
            () -> {
              List<String> names = new ArrayList<>();
              for (int flow = 0; flow < FLOWS; flow++) {
                names.add(askOnce(family, FIRST_SOURCE_PORT + flow, target));
              }
              return names;
            });
  }

  private static String askOnce(AddressFamily family, int sourcePort, InetSocketAddress target)
      throws IOException {
    ProtocolFamily protocol =
        family == AddressFamily.IPV4 ? StandardProtocolFamily.INET : StandardProtocolFamily.INET6;
    try (DatagramChannel channel = DatagramChannel.open(protocol)) {
      channel.bind(new InetSocketAddress(sourcePort)).connect(target);
      channel.socket().setSoTimeout(3000);
      byte[] answer = new byte[64];
      channel.write(ByteBuffer.wrap(new byte[] {'?'}));
      DatagramPacket packet = new DatagramPacket(answer, answer.length);
      channel.socket().receive(packet);
      return new String(answer, 0, packet.getLength(), StandardCharsets.UTF_8);
    }
  }
}

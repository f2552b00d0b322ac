// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.OpenConnection;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.lab.e2e.ServiceFile.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** With {@code sessionAffinity: ClientIP} a client keeps its backend. */
@RequiresRoot
final class SessionAffinityTest {
  /** With three backends or more and no pin, so many would all go to one once in 10^9 runs. */
  private static final int CONNECTIONS = 20;

  private static final int NODE_PORT = 30110;
  private static final int FIRST_SERVER = 9100;
  private static final int SERVERS_OF_A_POD = 50;
  private static final int SECONDS = 3;

  private static Cluster cluster;
  private static Lab lab;
  private static NamedServers serversHere;
  private static NamedServers serversThere;

  @BeforeAll
  static void up() throws Exception {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED));
    cluster.startAgent("node-1");
    cluster.startAgent("node-2", "--socket-hooks", "off");
    lab = cluster.lab();
    serversHere = NamedServers.tcp(lab.pod("pod-b"), FIRST_SERVER, SERVERS_OF_A_POD);
    serversThere = NamedServers.tcp(lab.pod("pod-c"), FIRST_SERVER, SERVERS_OF_A_POD);
  }

  @AfterAll
  static void down() {
    serversHere.close();
    serversThere.close();
    cluster.close();
  }

  @ParameterizedTest
  @EnumSource
  @ShowsRules({154, 155})
  void aPinHoldsForAllConnectionsByAllWaysIn(AddressFamily family) {
    ServiceFile service =
        ServiceFile.tcpAndUdp("pinned", 10)
            .withNodePort(NODE_PORT)
            .withIngress()
            .withClientIpAffinity(10800)
            .with(lab.pod("pod-b"), 9000)
            .with(lab.pod("pod-c"), 9000)
            .with(lab.node("node-1"), 9000)
            .with(lab.node("node-2"), 9000);
    cluster.install(service);

    Set<String> all = new TreeSet<>();
    for (Host client :
        List.of(lab.pod("pod-a"), lab.pod("pod-d"), lab.node("node-1"), lab.client())) {
      Set<String> byTcp = new TreeSet<>();
      Set<String> byUdp = new TreeSet<>();
      for (Target way : waysIn(service, client, family)) {
        byTcp.addAll(servers(client, way));
        byUdp.add(client.probe().udp(way, "first").server());
        byUdp.addAll(client.probe().udpMany(way, CONNECTIONS).answers().keySet());
      }
      assertThat(byTcp).as("servers of %s by TCP", client).hasSize(1);
      assertThat(byUdp).as("servers of %s by UDP", client).hasSize(1);
      all.addAll(byTcp);
      all.addAll(byUdp);
    }
    // Eight pins, all to one of four backends by chance: once in 16,000 runs.
    assertThat(all).as("servers of all clients").hasSizeGreaterThan(1);
  }

  private static List<Target> waysIn(ServiceFile service, Host client, AddressFamily family) {
    // Pins are each node's own, so all ways lead by the same node.
    String node = client.equals(lab.pod("pod-d")) ? "node-2" : "node-1";
    List<Target> ways = new ArrayList<>();
    ways.add(Target.of(lab.node(node).address(family), NODE_PORT));
    ways.add(Target.of(service.externalIp(family), 80));
    ways.add(Target.of(service.ingressIp(family), 80));
    switch (client) {
      case PodHost _ -> ways.add(Target.of(service.clusterIp(family), 80));
      case NodeHost _ -> {
        ways.add(Target.of(service.clusterIp(family), 80));
        if (family == AddressFamily.IPV4) {
          ways.add(Target.of("127.0.0.1", NODE_PORT));
        }
      }
      default -> {} // A ClusterIP is not routed outside.
    }
    return ways;
  }

  @Test
  @ShowsRules(154)
  void twoPortsOfAServicePinOnTheirOwn() {
    ServiceFile service =
        manyBackends(
            ServiceFile.tcp("two-ports", 11)
                .withPort("other", "TCP", 81, 0)
                .withClientIpAffinity(10800));
    cluster.install(service);

    List<String> byFirst = new ArrayList<>();
    List<String> bySecond = new ArrayList<>();
    for (Host client : List.of(lab.pod("pod-a"), lab.pod("pod-d"), lab.client())) {
      byFirst.add(server(client, externalIp(service)));
      bySecond.add(server(client, Target.of(service.externalIp(AddressFamily.IPV4), 81)));
    }

    // Three pins out of a hundred backends are the same by chance once in a million runs.
    assertThat(byFirst).isNotEqualTo(bySecond);
  }

  @Test
  @ShowsRules({156, 157})
  void theTimeRunsFromTheLastNewConnection() {
    ServiceFile service = manyBackends(ServiceFile.tcp("short", 12).withClientIpAffinity(SECONDS));
    cluster.install(service);
    Host pod = lab.pod("pod-a");
    String ofPod = server(pod, externalIp(service));
    String ofClient = server(lab.client(), externalIp(service));
    for (int second = 1; second <= SECONDS + 1; second++) {
      Cluster.pause(Duration.ofSeconds(1));
      assertThat(server(pod, externalIp(service))).as("%d s later", second).isEqualTo(ofPod);
      assertThat(server(lab.client(), externalIp(service)))
          .as("%d s later", second)
          .isEqualTo(ofClient);
    }

    Set<String> servers = new TreeSet<>();
    // By chance the new pin is the old one once in a hundred times: it may be tried again.
    for (int round = 0; round < 4 && servers.size() < 2; round++) {
      try (OpenConnection live = pod.probe().open(externalIp(service))) {
        servers.add(live.connection().server());
        for (int tenths = 0; tenths <= SECONDS * 10; tenths++) {
          Cluster.pause(Duration.ofMillis(105));
          assertThat(live.echo("packets do not renew a pin")).isNotEmpty();
        }
        servers.add(server(pod, externalIp(service)));
      }
    }
    assertThat(servers).as("before and after the time").hasSizeGreaterThan(1);
  }

  @Test
  @ShowsRules(159)
  void aPinGoesWithItsBackendAndEstablishedConnectionsStay() {
    ServiceFile service = manyBackends(ServiceFile.tcp("leaving", 13).withClientIpAffinity(10800));
    cluster.install(service);
    for (Host client : List.of(lab.pod("pod-a"), lab.client(), lab.node("node-1"))) {
      try (OpenConnection established = client.probe().open(externalIp(service))) {
        String first = established.connection().server();
        String[] place = first.split(":", 2);
        service = service.without(lab.pod(place[0]), Integer.parseInt(place[1]));
        cluster.install(service);

        assertThat(servers(client, externalIp(service)))
            .as("pinned anew")
            .hasSize(1)
            .doesNotContain(first);
        assertThat(established.echo("still here")).isEqualTo("still here");
      }
    }
  }

  /** No agent is told how to recognise pods, so a pod is a client from outside to a NodePort. */
  @Test
  @ShowsRules(158)
  void aPinToABackendThatIsNotInTheListThatAppliesIsMadeAnew() {
    ServiceFile service =
        ServiceFile.tcp("two-lists", 15)
            .withNodePort(NODE_PORT + 1)
            .withSpec("externalTrafficPolicy", "Local")
            .withClientIpAffinity(10800)
            .with(lab.pod("pod-b"), 9000)
            .with(lab.pod("pod-c"), 9000)
            .with(lab.pod("pod-d"), 9000);
    Host pod = lab.pod("pod-a");
    Target byCluster = Target.of(service.clusterIp(AddressFamily.IPV4), 80);
    Target byLocal = Target.of(lab.node("node-1").address(AddressFamily.IPV4), NODE_PORT + 1);
    cluster.install(service.withState(lab.pod("pod-b"), State.NOT_READY));
    String remote = server(pod, byCluster);
    cluster.install(service);

    assertThat(pod.probe().connectMany(byCluster, CONNECTIONS).answers()).containsOnlyKeys(remote);
    assertThat(pod.probe().connectMany(byLocal, CONNECTIONS).answers()).containsOnlyKeys("pod-b");
    assertThat(pod.probe().connectMany(byCluster, CONNECTIONS).answers())
        .as("the new pin holds for both lists")
        .containsOnlyKeys("pod-b");
  }

  @Test
  @ShowsRules(160)
  void affinityIsSwitchedOnAndOffForNewConnections() {
    ServiceFile without = manyBackends(ServiceFile.tcp("switched", 14));
    ServiceFile with = without.withClientIpAffinity(10800);
    for (ServiceFile service : List.of(without, with, without)) {
      cluster.install(service);
      for (Host client : List.of(lab.pod("pod-a"), lab.client(), lab.node("node-1"))) {
        int servers = servers(client, externalIp(service)).size();
        if (service.equals(with)) {
          assertThat(servers).as("servers of %s with affinity", client).isEqualTo(1);
        } else {
          assertThat(servers).as("servers of %s without affinity", client).isGreaterThan(1);
        }
      }
    }
  }

  private static ServiceFile manyBackends(ServiceFile service) {
    ServiceFile more = service;
    for (int port = FIRST_SERVER; port < FIRST_SERVER + SERVERS_OF_A_POD; port++) {
      more = more.with(lab.pod("pod-b"), port).with(lab.pod("pod-c"), port);
    }
    return more;
  }

  private static Target externalIp(ServiceFile service) {
    return Target.of(service.externalIp(AddressFamily.IPV4), 80);
  }

  /**
   * Who serves a connection and then many, some at once. The first is alone, as it makes the pin:
   * of several first ones at once each may choose for itself, with kube-proxy's rules as well.
   */
  private static Set<String> servers(Host client, Target target) {
    Set<String> servers = new TreeSet<>();
    servers.add(server(client, target));
    servers.addAll(client.probe().connectMany(target, CONNECTIONS).answers().keySet());
    return servers;
  }

  private static String server(Host client, Target target) {
    return client.probe().connect(target).server();
  }
}

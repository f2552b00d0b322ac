// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.ConversationReport;
import dev.sluice.lab.Conversations;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The next hops of established flows change under way. XDP and tc keep them in the flows; no
 * connection may notice but by a retransmission.
 */
@RequiresRoot
@ParameterizedClass
@EnumSource
final class NextHopTest {
  /** Which program sends on. */
  enum Way {
    XDP("xdp"),
    TC("tc_ingress");

    private final String hook;

    Way(String hook) {
      this.hook = hook;
    }
  }

  private static final String GATEWAY = "nodes";
  private static final int CONNECTIONS_PER_FAMILY = 10;

  /** Answers on each connection that show that it goes on. */
  private static final int MESSAGES = 20;

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * TCP sends again after 200 ms at the earliest and waits twice as long each time: two losses in a
   * row take 0.6 s, three 1.4 s.
   */
  private static final Duration SLOWEST = Duration.ofSeconds(1);

  private final List<Conversations> conversations = new ArrayList<>();
  private final ServiceFile service = ServiceFile.tcp("far", 61);
  @Parameter private Way way;
  private Cluster cluster;
  private Lab lab;
  private NodeHost node;

  @BeforeEach
  void up() {
    cluster =
        switch (way) {
          case XDP -> Cluster.createWithXdp(LabOptions.of(Layout.ROUTED));
          case TC -> Cluster.create(LabOptions.of(Layout.ROUTED), "--xdp=off");
        };
    lab = cluster.lab();
    node = lab.node("node-1");
    // Not that of one of its ports, to which the bridge would listen further on.
    lab.router().run("ip", "link", "set", GATEWAY, "address", "02:00:00:00:09:00");
    cluster.startAgents();
    cluster.install(service.with(lab.pod("pod-c"), 9000));
    for (AddressFamily family : AddressFamily.values()) {
      conversations.add(
          lab.client()
              .probe()
              .converse(Target.of(service.externalIp(family), 80), CONNECTIONS_PER_FAMILY));
    }
    assertGoesOn("at first");
  }

  @AfterEach
  void down() {
    try {
      conversations.forEach(Conversations::close);
    } finally {
      cluster.close();
    }
  }

  @Test
  void theGatewayAnnouncesAnotherLinkAddress() {
    Host router = lab.router();
    router.sysctl("net.ipv4.conf." + GATEWAY + ".arp_notify", "1");
    router.sysctl("net.ipv6.conf." + GATEWAY + ".ndisc_notify", "1");

    router.run("ip", "link", "set", GATEWAY, "address", "02:00:00:00:09:01");

    assertGoesOn("the gateway announces another link address");
    assertThat(neighbour(router)).contains("02:00:00:00:09:01");
  }

  @Test
  void theGatewaysLinkAddressIsReplacedWithoutAnAnnouncement() {
    Host router = lab.router();
    String address = "02:00:00:00:09:02";

    router.run("ip", "link", "set", GATEWAY, "address", address);
    for (AddressFamily family : AddressFamily.values()) {
      String gateway = router.address(family).getHostAddress();
      node.run(
          "ip", "neigh", "replace", gateway, "lladdr", address, "dev", "eth0", "nud", "reachable");
    }

    assertGoesOn("the gateway's link address is replaced");
  }

  @Test
  void theRouteToTheBackendMovesToAnotherDeviceAndBack() {
    SecondWay second = SecondWay.uplink(cluster);
    if (way == Way.XDP) {
      Await.until("XDP on the second uplink", () -> InstalledMaps.of(node).xdpPorts().size() == 2);
    }
    assertGoesOn("a second uplink comes");

    long before = second.packetsToRouter();
    second.take();
    assertGoesOn("the route moves to the second uplink");
    assertThat(second.packetsToRouter() - before).isGreaterThanOrEqualTo(messagesEach());

    for (AddressFamily family : AddressFamily.values()) {
      conversations.add(
          lab.client().probe().converse(Target.of(service.externalIp(family), 80), 1));
    }
    assertGoesOn("with connections whose replies come by the second uplink, too");

    second.leave();
    assertGoesOn("the route moves back");
    long after = second.packetsToRouter();
    assertGoesOn("it stays there");
    assertThat(second.packetsToRouter() - after)
        .as("packets by the way that was left, where one connection alone would have sent more")
        .isLessThan(MESSAGES);
  }

  @Test
  void theBackendsNodeVanishesFromTheNeighbourTable() {
    Verdicts before = cluster.verdicts("node-1");

    forgetNode2();
    assertGoesOn("the node of the backend is forgotten");
    assertThat(cluster.verdicts("node-1").since(before).of("tc_ingress", "forwarded"))
        .as("packets that tc sent while it was resolved")
        .isPositive();

    // Whoever still sent to the former link address would not reach it.
    lab.node("node-2").run("ip", "link", "set", "eth0", "address", "02:00:00:00:09:03");
    forgetNode2();
    assertGoesOn("the node of the backend comes back with another link address");
  }

  private void forgetNode2() {
    for (AddressFamily family : AddressFamily.values()) {
      String address = lab.node("node-2").address(family).getHostAddress();
      node.run("ip", "neigh", "flush", "to", address, "dev", "eth0");
    }
  }

  /** Every connection goes on after an event, in the end by the one program in both directions. */
  private void assertGoesOn(String event) {
    for (Conversations some : conversations) {
      ConversationReport report = some.await(MESSAGES, PATIENCE);
      System.out.printf(
          "%s, %s: %d answers, the slowest after %.0f ms%n",
          way, event, report.messages(), report.slowest().toNanos() / 1e6);
      assertThat(report.failures()).as(event).isEmpty();
      assertThat(report.slowest()).as(event).isLessThan(SLOWEST);
    }
    Verdicts before = cluster.verdicts("node-1");
    conversations.forEach(Conversations::report);
    for (Conversations some : conversations) {
      assertThat(some.await(MESSAGES, PATIENCE).failures()).as(event).isEmpty();
    }
    Verdicts since = cluster.verdicts("node-1").since(before);
    for (String direction : List.of("forwarded", "replied")) {
      assertThat(since.of(way.hook, direction))
          .as("after this: %s; by %s: %s", event, way, since)
          .isGreaterThanOrEqualTo(messagesEach());
    }
  }

  private static long messagesEach() {
    return (long) MESSAGES * CONNECTIONS_PER_FAMILY * AddressFamily.values().length;
  }

  private String neighbour(Host host) {
    return node.run(
        "ip", "neigh", "show", host.address(AddressFamily.IPV4).getHostAddress(), "dev", "eth0");
  }
}

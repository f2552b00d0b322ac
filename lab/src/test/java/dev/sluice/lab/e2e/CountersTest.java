// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reasons of a hook add up to the packets that the node's devices received: none is forgotten,
 * none is counted twice, whatever it was and however many devices it passed.
 */
@RequiresRoot
final class CountersTest {
  private static final int DATAGRAMS = 100_000;
  private static final int SEGMENTS = 100_000;

  /** What a segment carries with an MTU of 1500: 1448 bytes by IPv4, 1428 by IPv6. */
  private static final int SEGMENT_BYTES = 1448;

  /** Each way; the two ways together are so many segments and more. */
  private static final long TRANSFER_BYTES = (long) SEGMENTS / 2 * SEGMENT_BYTES;

  private Cluster cluster;
  private Lab lab;

  private void up(Layout layout, String... arguments) {
    up(LabOptions.of(layout), arguments);
  }

  private void up(LabOptions options, String... arguments) {
    cluster = Cluster.create(options, arguments).startAgents();
    lab = cluster.lab();
  }

  @AfterEach
  void down() {
    cluster.close();
  }

  /** With one segment a packet, the kernel's counters of the devices tell the truth. */
  @ParameterizedTest
  @EnumSource(names = {"ROUTED", "BRIDGE"})
  void theReasonsAddUpToWhatTheDevicesReceived(Layout layout) {
    up(layout, "--socket-hooks", "off");
    oneSegmentAPacket(lab.client());
    lab.pods().forEach(CountersTest::oneSegmentAPacket);
    ServiceFile service =
        ServiceFile.tcpAndUdp("counted", 60)
            .with(lab.pod("pod-b"), 9000)
            .with(lab.pod("pod-c"), 9000);
    cluster.install(service);
    Map<String, Tally> before = atRest();
    long segments = -segments();

    for (AddressFamily family : AddressFamily.values()) {
      for (Host caller : new Host[] {lab.client(), lab.pod("pod-a")}) {
        DatagramExchange.run(caller, service.externalIp(family), 80, DATAGRAMS / 4);
        transfer(caller, service.externalIp(family), TRANSFER_BYTES / 4);
      }
    }

    segments += segments();
    assertThat(segments).as("TCP segments").isGreaterThanOrEqualTo(SEGMENTS);
    Map<String, Tally> after = atRest();
    for (NodeHost node : lab.nodes()) {
      Tally since = after.get(node.name()).since(before.get(node.name()));
      System.out.printf(
          "%s, %s, %d datagrams and answers, %d segments: %d packets received %s, %d counted %s%n",
          layout,
          node,
          2 * DATAGRAMS,
          segments,
          since.received().sum(),
          since.received().byDevice(),
          since.counted().sumAt("tc_ingress"),
          since.counted().at("tc_ingress"));
      assertThat(since.counted().sumAt("tc_ingress")).isEqualTo(since.received().sum());
      // With two of four pods' and clients' backends on each node, either node sees some of it.
      assertThat(since.received().sum()).isGreaterThan(DATAGRAMS / 4L);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "clsact"})
  void aBridgeLeavesCountingToItsPortsFromTheFirstOneOn(String attach) {
    up(
        LabOptions.of(Layout.BRIDGE).withEmptyNodes(2).withPods("node-2", "pod-c"),
        "--socket-hooks",
        "off",
        "--attach",
        attach);
    ServiceFile service = ServiceFile.udp("counted", 60).with(lab.pod("pod-c"), 9000);
    cluster.install(service);
    NodeHost node = lab.node("node-1");

    Host pod = lab.createPod("late", node.name());

    String address = service.clusterIp(AddressFamily.IPV4);
    Await.until(
        "what the new pod sends is counted once",
        () -> {
          Tally few = sinceExchange(node, pod, address, 1);
          return few.counted().sumAt("tc_ingress") == few.received().sum();
        });
    Tally many = sinceExchange(node, pod, address, DATAGRAMS / 10);
    System.out.printf("%s: %s, counted %s%n", attach, many.received(), many.counted());
    assertThat(many.counted().sumAt("tc_ingress")).isEqualTo(many.received().sum());
    assertThat(many.received().of("veth-late")).isGreaterThanOrEqualTo(DATAGRAMS / 10);
  }

  private Tally sinceExchange(NodeHost node, Host from, String address, int count) {
    Tally before = Tally.atRest(cluster, node);
    DatagramExchange.run(from, address, 80, count);
    return Tally.atRest(cluster, node).since(before);
  }

  /** With super-packets, TCP's own count tells it. */
  @ParameterizedTest
  @EnumSource(names = {"ROUTED", "BRIDGE"})
  void superPacketsCountAsTheirSegments(Layout layout) {
    up(layout, "--socket-hooks", "off");
    ServiceFile service = ServiceFile.tcp("counted", 60).with(lab.pod("pod-b"), 9000);
    cluster.install(service);
    NodeHost node = lab.node("node-1");
    Tally before = Tally.atRest(cluster, node);
    long segments = -segments();

    for (AddressFamily family : AddressFamily.values()) {
      transfer(lab.client(), service.externalIp(family), TRANSFER_BYTES / 2);
    }

    Tally since = Tally.atRest(cluster, node).since(before);
    segments += segments();
    Map<String, Long> reasons = new TreeMap<>(since.counted().at("tc_ingress"));
    long others = reasons.values().stream().mapToLong(Long::longValue).sum();
    // ARP, and neighbour discovery by ICMPv6.
    reasons
        .keySet()
        .removeIf(reason -> reason.equals("pass_not_ip") || reason.equals("pass_protocol"));
    long counted = reasons.values().stream().mapToLong(Long::longValue).sum();
    others -= counted;
    System.out.printf(
        "%s, %s: %d packets received, of which %d are not TCP; they are %d segments, counted are %d %s%n",
        layout, node, since.received().sum(), others, segments, counted, reasons);
    assertThat(segments).isGreaterThanOrEqualTo(SEGMENTS);
    assertThat(since.received().sum()).as("there were super-packets").isLessThan(segments / 4);
    assertThat(counted).isEqualTo(segments);
    assertThat(servicePackets()).isEqualTo(segments);
  }

  /** XDP sees frames; GRO, which a device with XDP has, puts some together for tc. */
  @ParameterizedTest
  @EnumSource(names = {"ROUTED", "BRIDGE"})
  void xdpCountsEveryFrameOfTheUplinkOnce(Layout layout) {
    up(layout, "--socket-hooks", "off", "--xdp=require");
    oneSegmentAPacket(lab.pod("pod-b"));
    ServiceFile service = ServiceFile.tcpAndUdp("counted", 60).with(lab.pod("pod-b"), 9000);
    cluster.install(service);
    NodeHost node = lab.node("node-1");
    Tally before = Tally.atRest(cluster, node);

    for (AddressFamily family : AddressFamily.values()) {
      DatagramExchange.run(lab.client(), service.externalIp(family), 80, DATAGRAMS / 2);
      transfer(lab.client(), service.externalIp(family), TRANSFER_BYTES / 2);
    }

    Tally since = Tally.atRest(cluster, node).since(before);
    System.out.printf(
        "%s, %s: %d frames received by %s, counted at XDP %s, at tc %s%n",
        layout,
        node,
        since.received().of(node.uplink()),
        node.uplink(),
        since.counted().at("xdp"),
        since.counted().at("tc_ingress"));
    assertThat(since.counted().sumAt("xdp")).isEqualTo(since.received().of(node.uplink()));
    // XDP passes everything up, as the backend is here.
    assertThat(since.counted().sumAt("tc_ingress")).isEqualTo(since.received().sum());
  }

  private static void transfer(Host from, String address, long bytes) {
    assertThat(from.probe().transfer(Target.of(address, 80), bytes).intact()).isTrue();
  }

  private static void oneSegmentAPacket(Host host) {
    host.run("ip", "link", "set", "dev", "eth0", "gso_max_segs", "1");
  }

  private Map<String, Tally> atRest() {
    Map<String, Tally> tallies = new TreeMap<>();
    lab.nodes().forEach(node -> tallies.put(node.name(), Tally.atRest(cluster, node)));
    return tallies;
  }

  /** Sent by all who talk through Services. */
  private long segments() {
    long sum = TcpSegments.sentBy(lab.client());
    for (Host pod : lab.pods()) {
      sum += TcpSegments.sentBy(pod);
    }
    return sum;
  }

  private long servicePackets() {
    JsonNode ports = Await.ask(lab.node("node-1"), "services");
    return StreamSupport.stream(ports.spliterator(), false)
        .filter(port -> port.get("name").asText().equals("counted"))
        .mapToLong(port -> port.get("packets").asLong())
        .sum();
  }
}

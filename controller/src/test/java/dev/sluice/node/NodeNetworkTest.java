// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeNetworkTest {
  private PrivateNamespace node;
  private PrivateNamespace pod;

  @BeforeEach
  void open() {
    node = new PrivateNamespace();
    pod = new PrivateNamespace();
    node.run("ip link set lo up");
    node.run("ip link add eth0 type veth peer name far0");
    node.run("ip link set far0 netns " + pod.threadId());
    pod.run("ip link set far0 up");
    node.run("ip link set eth0 up");
    node.run("ip addr add 192.0.2.1/24 dev eth0");
    node.run("ip addr add 2001:db8::1/64 dev eth0 nodad");
    node.run("ip route add default via 192.0.2.254");
    node.run("ip -6 route add default via 2001:db8::fe");
  }

  @AfterEach
  void close() {
    if (pod != null) {
      pod.close();
    }
    if (node != null) {
      node.close();
    }
  }

  private static void eventually(String what, BooleanSupplier condition)
      throws InterruptedException {
    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what + " within 5 seconds").isLessThan(end);
      Thread.sleep(5);
    }
  }

  @Test
  void theNodesVethIsTheUplinkAndGivesTheNodesAddresses() {
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      assertThat(network.uplinks()).extracting(Link::name).containsExactly("eth0");
      assertThat(network.primaryAddress(AddressFamily.IPV4)).contains(Links.inet("192.0.2.1"));
      assertThat(network.primaryAddress(AddressFamily.IPV6)).contains(Links.inet("2001:db8::1"));
      assertThat(network.localAddresses(AddressFamily.IPV4))
          .containsExactlyInAnyOrder(Links.inet("127.0.0.1"), Links.inet("192.0.2.1"));
      assertThat(network.localAddresses(AddressFamily.IPV6))
          .contains(Links.inet("::1"), Links.inet("2001:db8::1"));
    }
  }

  @Test
  void aPodThatComesAndGoesIsReported() throws Exception {
    List<NetworkChange> changes = new CopyOnWriteArrayList<>();
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      network.addListener(changes::add);
      assertThat(changes.getFirst().devicesAdded())
          .extracting(Link::name)
          .containsExactlyInAnyOrder("lo", "eth0");

      node.run("ip link add pod1 type veth peer name inner1 netns " + pod.threadId());
      node.run("ip link set pod1 up");
      eventually(
          "a pod device",
          () ->
              network
                  .image()
                  .link("pod1")
                  .filter(link -> link.up() && network.image().role(link.index()) == DeviceRole.POD)
                  .isPresent());
      int index = network.image().link("pod1").orElseThrow().index();
      assertThat(network.sourceAddressFor(index, AddressFamily.IPV4))
          .contains(Links.inet("192.0.2.1"));

      pod.run("ip link del inner1");
      eventually("removal", () -> network.image().link(index).isEmpty());
      assertThat(changes)
          .anySatisfy(
              change ->
                  assertThat(change.devicesRemoved())
                      .extracting(Link::name)
                      .containsExactly("pod1"));
    }
  }

  @Test
  void aDeviceIsReportedWithinMillisecondsOfComingUp() throws Exception {
    int pods = 50;
    ConcurrentHashMap<String, Long> seen = new ConcurrentHashMap<>();
    List<Long> latencies = new ArrayList<>();
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      network.addListener(
          change -> {
            for (Link link : change.devicesAdded()) {
              if (change.after().role(link.index()) == DeviceRole.POD) {
                seen.putIfAbsent(link.name(), System.nanoTime());
              }
            }
          });
      for (int i = 0; i < pods; i++) {
        String name = "pod" + i;
        long start = System.nanoTime();
        node.run(
            "ip link add " + name + " up type veth peer name in" + i + " netns " + pod.threadId());
        eventually(name, () -> seen.containsKey(name));
        latencies.add(seen.get(name) - start);
      }
    }
    long[] sorted = latencies.stream().mapToLong(Long::longValue).sorted().toArray();
    System.out.printf(
        "pod device, start of \"ip link add\" to listener: median %.1f ms, worst %.1f ms%n",
        sorted[pods / 2] / 1e6, sorted[pods - 1] / 1e6);
    assertThat(Arrays.stream(sorted).skip(pods / 2).findFirst().orElseThrow())
        .isLessThan(Duration.ofMillis(50).toNanos());
  }

  @Test
  void aDeviceThatTheNetworkPluginCreatesFromWithinThePodIsAPodOnceUp() throws Exception {
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      // The order of the reference CNI plugins: the node's end is the peer, created first.
      pod.run("ip link add inner2 type veth peer name pod2 netns " + node.threadId());
      assertPodWithinMilliseconds(network, "pod2", () -> node.run("ip link set pod2 up"));
    }
  }

  @Test
  void aDeviceThatIsUpBeforeItsPeerMovesIsAPodOnceThePeerIsUp() throws Exception {
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      node.run("ip link add pod3 type veth peer name inner3");
      node.run("ip link set pod3 up");
      node.run("ip link set inner3 netns " + pod.threadId());
      assertPodWithinMilliseconds(network, "pod3", () -> pod.run("ip link set inner3 up"));
    }
  }

  private static void assertPodWithinMilliseconds(
      NodeNetwork network, String name, Runnable bringUp) throws InterruptedException {
    long start = System.nanoTime();
    bringUp.run();
    eventually(
        name + " is a pod's device",
        () ->
            network
                .image()
                .link(name)
                .filter(link -> link.up() && network.image().role(link.index()) == DeviceRole.POD)
                .isPresent());
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    System.out.println(name + " was recognised after " + took.toMillis() + " ms");
    assertThat(took).isLessThan(Duration.ofMillis(90));
  }

  @Test
  void anotherAddressOrAnotherDefaultRouteMovesThePrimaryAddress() throws Exception {
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      node.run("ip link add eth1 type veth peer name far1 netns " + pod.threadId());
      node.run("ip link set eth1 up");
      node.run("ip addr add 198.51.100.1/24 dev eth1");
      eventually("two uplinks", () -> network.uplinks().size() == 2);
      node.run("ip route replace default via 198.51.100.254");
      eventually(
          "the other address",
          () ->
              network
                  .primaryAddress(AddressFamily.IPV4)
                  .equals(java.util.Optional.of(Links.inet("198.51.100.1"))));
    }
  }

  @Test
  void aDefaultRouteThatTheKernelRemovesSilentlyIsForgotten() throws Exception {
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      assertThat(network.image().defaultRoutes(AddressFamily.IPV4)).hasSize(1);
      node.run("ip link set eth0 down");
      eventually(
          "no default route", () -> network.image().defaultRoutes(AddressFamily.IPV4).isEmpty());
      node.run("ip link set eth0 up");
      eventually("up", () -> network.image().link("eth0").orElseThrow().up());
      Thread.sleep(300);
      assertThat(network.image().defaultRoutes(AddressFamily.IPV4)).isEmpty();

      node.run("ip route add default via 192.0.2.254");
      eventually(
          "a default route", () -> network.image().defaultRoutes(AddressFamily.IPV4).size() == 1);
      node.run("ip addr del 192.0.2.1/24 dev eth0");
      eventually(
          "no default route", () -> network.image().defaultRoutes(AddressFamily.IPV4).isEmpty());
    }
  }

  @Test
  void afterManyChangesThePictureIsThatOfAFreshDump() throws Exception {
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      // With an address of its own: a bridge that borrows a port's changes it without an event.
      node.run("ip link add br0 address 02:00:00:00:00:77 type bridge");
      for (int i = 0; i < 20; i++) {
        node.run("ip link add p" + i + " type veth peer name q" + i);
        node.run("ip link set p" + i + " master br0 up");
        node.run("ip addr add 10.0." + i + ".1/24 dev q" + i);
        if (i % 3 == 0) {
          node.run("ip link set p" + i + " nomaster");
        }
        if (i % 4 == 0) {
          node.run("ip link del p" + i);
        }
      }
      long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      while (!dump().equals(network.image()) && System.nanoTime() < end) {
        Thread.sleep(20);
      }
      NetworkImage fresh = dump();
      NetworkChange difference = NetworkChange.between(network.image(), fresh);
      assertThat(difference.devicesAdded()).isEmpty();
      assertThat(difference.devicesRemoved()).isEmpty();
      for (Link link : difference.devicesChanged()) {
        assertThat(network.image().link(link.index())).contains(link);
        assertThat(network.image().addresses(link.index()))
            .isEqualTo(fresh.addresses(link.index()));
      }
      assertThat(network.image()).isEqualTo(fresh);
      assertThat(fresh.links()).hasSizeGreaterThan(30);
    }
  }

  @Test
  void aListenerThatFailsDoesNotKeepTheOthersFromHearing() throws Exception {
    List<NetworkChange> changes = new CopyOnWriteArrayList<>();
    try (NodeNetwork network = node.call(NodeNetwork::open)) {
      network.addListener(
          change -> {
            throw new IllegalStateException("on purpose, in a test");
          });
      network.addListener(changes::add);
      int before = changes.size();
      node.addDevice("d0");
      eventually("a change", () -> changes.size() > before);
    }
  }

  private NetworkImage dump() {
    try (Rtnetlink rtnetlink = node.call(Rtnetlink::open)) {
      return NetworkImage.of(rtnetlink.links(), rtnetlink.addresses(), rtnetlink.defaultRoutes());
    }
  }
}

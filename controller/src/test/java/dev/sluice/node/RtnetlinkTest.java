// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RtnetlinkTest {
  private PrivateNamespace namespace;
  private PrivateNamespace pod;
  private Rtnetlink rtnetlink;

  @BeforeEach
  void open() {
    namespace = new PrivateNamespace();
    pod = new PrivateNamespace();
    rtnetlink = namespace.call(Rtnetlink::open);
  }

  @AfterEach
  void close() {
    if (rtnetlink != null) {
      rtnetlink.close();
    }
    if (pod != null) {
      pod.close();
    }
    if (namespace != null) {
      namespace.close();
    }
  }

  @Test
  void theSocketBelongsToTheNamespaceOfTheThreadThatOpenedIt() {
    namespace.addDevice("only0");
    assertThat(links()).containsOnlyKeys("lo", "only0", "only0p");
    assertThat(links().get("lo").type()).isEqualTo(Link.TYPE_LOOPBACK);
  }

  @Test
  void aDeviceIsRemovedAndOneThatHasGoneIsNoError() {
    namespace.addDevice("gone0");
    namespace.addDevice("stays0");
    int index = links().get("gone0").index();
    rtnetlink.removeLink(index);
    assertThat(links()).containsKey("stays0").doesNotContainKey("gone0");
    rtnetlink.removeLink(index);
  }

  @Test
  void theDeviceTowardsAnAddressIsTheOneOfTheMostSpecificRoute() throws UnknownHostException {
    namespace.addDevice("wide0");
    namespace.addDevice("near0");
    for (String line :
        List.of(
            "link set lo up",
            "link set wide0 up",
            "link set near0 up",
            "address add 192.0.2.1/32 dev wide0",
            "route add 10.1.0.0/16 dev wide0",
            "route add 10.1.7.0/24 dev near0",
            "-6 route add fd00::/16 dev wide0",
            "-6 route add fd00:7::/64 dev near0")) {
      namespace.run("ip " + line);
    }

    assertThat(towards("10.1.1.1")).hasValue(links().get("wide0").index());
    assertThat(towards("10.1.7.1")).hasValue(links().get("near0").index());
    assertThat(towards("fd00:1::1")).hasValue(links().get("wide0").index());
    assertThat(towards("fd00:7::1")).hasValue(links().get("near0").index());
    assertThat(towards("192.0.2.1")).hasValue(links().get("lo").index());
    assertThat(towards("203.0.113.1")).isEmpty();
    assertThat(towards("2001:db8::1")).isEmpty();
  }

  private OptionalInt towards(String address) throws UnknownHostException {
    return rtnetlink.deviceTowards(InetAddress.getByName(address));
  }

  @Test
  void aVethWhosePeerWasMovedAwayNamesThePeersNamespace() {
    namespace.run("ip link add veth0 type veth peer name veth1");
    assertThat(links().get("veth0").peerIsElsewhere()).isFalse();
    assertThat(links().get("veth0").peerIndex()).isEqualTo(links().get("veth1").index());

    namespace.run("ip link set veth1 netns " + pod.threadId());

    Link veth = links().get("veth0");
    assertThat(veth.peerIsElsewhere()).isTrue();
    assertThat(veth.kind()).isEqualTo("veth");
    assertThat(veth.headerLength()).isEqualTo(14);
    assertThat(veth.mac()).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
    assertThat(veth.up()).isFalse();
  }

  @Test
  void bridgesPortsTunnelsAndVlansAreTold() {
    namespace.run("ip link add br0 type bridge");
    namespace.run("ip link add veth0 type veth peer name veth1");
    namespace.run("ip link set veth0 master br0 mtu 1400 up");
    namespace.run("ip link add vx0 type vxlan id 7 dstport 4789 dev veth1");
    boolean vlans = namespace.tries("ip link add link veth1 name veth1.5 type vlan id 5");
    namespace.run("ip tuntap add tun0 mode tun");
    namespace.run("ip tuntap add tap0 mode tap");
    Map<String, Link> links = links();
    Link port = links.get("veth0");
    assertThat(port.masterIndex()).isEqualTo(links.get("br0").index());
    assertThat(port.slaveKind()).isEqualTo("bridge");
    assertThat(port.mtu()).isEqualTo(1400);
    assertThat(port.up()).isTrue();
    assertThat(port.lowerUp()).isFalse();
    assertThat(links.get("vx0").kind()).isEqualTo("vxlan");
    if (vlans) {
      assertThat(links.get("veth1.5").kind()).isEqualTo("vlan");
      assertThat(links.get("veth1.5").peerIndex()).isEqualTo(links.get("veth1").index());
      assertThat(links.get("veth1.5").vlanId()).hasValue(5);
    } else {
      System.out.println("this kernel has no device of type vlan");
    }
    assertThat(links.get("tun0").kind()).isEqualTo("tun");
    assertThat(links.get("tun0").headerLength()).isZero();
    assertThat(links.get("tun0").mac()).isEmpty();
    assertThat(links.get("tap0").headerLength()).isEqualTo(14);
    assertThat(DeviceRole.of(links.get("tun0"), List.of(), false)).isEqualTo(DeviceRole.TUNNEL);
    assertThat(DeviceRole.of(port, List.of(), false)).isEqualTo(DeviceRole.POD);
  }

  @Test
  void otherTunnelsCarryNoLinkHeader() {
    int tried = 0;
    for (String kind :
        List.of(
            "ipip local 127.0.0.1 remote 127.0.0.2",
            "sit local 127.0.0.1 remote 127.0.0.2",
            "gre local 127.0.0.1 remote 127.0.0.2",
            "wireguard")) {
      if (namespace.tries("ip link add t" + tried + " type " + kind)) {
        Link link = links().get("t" + tried);
        assertThat(link.headerLength()).as(kind).isZero();
        assertThat(DeviceRole.of(link, List.of(), false)).as(kind).isEqualTo(DeviceRole.TUNNEL);
        tried++;
      } else {
        System.out.println("this kernel has no device of type " + kind);
      }
    }
    Assumptions.assumeTrue(tried > 0, "skipped: this kernel has none of ipip, sit, gre, wireguard");
  }

  @Test
  void addressesOfBothFamiliesAreTold() {
    namespace.addDevice("d0");
    namespace.run("ip link set d0 up");
    namespace.run("ip addr add 192.0.2.1/24 dev d0");
    namespace.run("ip addr add 192.0.2.2/24 dev d0");
    namespace.run("ip addr add 198.51.100.1 peer 198.51.100.2 dev d0");
    namespace.run("ip addr add 2001:db8::1/64 dev d0 nodad");
    namespace.run("ip addr add 2001:db8::2/64 dev d0 nodad preferred_lft 0");
    Map<String, InterfaceAddress> addresses =
        rtnetlink.addresses().stream()
            .collect(
                Collectors.toMap(
                    address -> address.address().getHostAddress(), Function.identity()));
    assertThat(addresses.get("192.0.2.1"))
        .isEqualTo(Links.address(links().get("d0").index(), "192.0.2.1/24"));
    assertThat(addresses.get("192.0.2.2").secondary()).isTrue();
    assertThat(addresses.get("198.51.100.1").prefixLength()).isEqualTo(32);
    assertThat(addresses.get("2001:db8:0:0:0:0:0:1").tentative()).isFalse();
    assertThat(addresses.get("2001:db8:0:0:0:0:0:2").deprecated()).isTrue();
    assertThat(addresses.values())
        .filteredOn(address -> address.address().isLinkLocalAddress())
        .allSatisfy(address -> assertThat(address.isGlobalUnicast()).isFalse())
        .isNotEmpty();
  }

  @Test
  void routesAndNeighboursAreTold() {
    namespace.addDevice("d0");
    namespace.addDevice("d1");
    namespace.run("ip link set d0 up");
    namespace.run("ip link set d1 up");
    namespace.run("ip addr add 192.0.2.1/24 dev d0");
    namespace.run("ip addr add 198.51.100.1/24 dev d1");
    namespace.run("ip addr add 2001:db8::1/64 dev d0 nodad");
    namespace.run(
        "ip route add default nexthop via 192.0.2.254 weight 2 nexthop via 198.51.100.254");
    namespace.run("ip route add 203.0.113.0/24 via 192.0.2.253 metric 7 src 192.0.2.1");
    namespace.run("ip route add blackhole 203.0.113.128/25");
    namespace.run("ip -6 route add default via 2001:db8::ff dev d0 metric 42");
    namespace.run("ip neigh add 192.0.2.254 lladdr 02:00:00:00:00:fe dev d0 nud permanent");
    int d0 = links().get("d0").index();

    List<Route> routes = rtnetlink.routes();
    Route balanced =
        rtnetlink.defaultRoutes().stream()
            .filter(route -> route.family() == AddressFamily.IPV4)
            .findFirst()
            .orElseThrow();
    assertThat(balanced.nextHops()).hasSize(2);
    assertThat(balanced.nextHops().getFirst())
        .isEqualTo(new Route.NextHop(d0, Optional.of(Links.inet("192.0.2.254")), 2));
    assertThat(route(routes, "203.0.113.0", 24))
        .satisfies(
            route -> {
              assertThat(route.metric()).isEqualTo(7);
              assertThat(route.preferredSource()).contains(Links.inet("192.0.2.1"));
              assertThat(route.table()).isEqualTo(Route.TABLE_MAIN);
            });
    assertThat(route(routes, "203.0.113.128", 25).nextHops()).isEmpty();
    assertThat(rtnetlink.defaultRoutes())
        .anySatisfy(
            route -> {
              assertThat(route.family()).isEqualTo(AddressFamily.IPV6);
              assertThat(route.metric()).isEqualTo(42);
              assertThat(route.leavesBy(d0)).isTrue();
            });
    assertThat(rtnetlink.neighbours())
        .contains(new Neighbour(d0, Links.inet("192.0.2.254"), "02:00:00:00:00:fe", 0x80))
        .filteredOn(neighbour -> neighbour.mac().equals("02:00:00:00:00:fe"))
        .allSatisfy(neighbour -> assertThat(neighbour.isValid()).isTrue());
  }

  @Test
  void aDumpOfManyDatagramsIsWhole() {
    namespace.addDevice("d0");
    for (int i = 0; i < 8; i++) {
      // 1024 routes: more than one datagram of 32 KiB.
      StringBuilder batch = new StringBuilder();
      for (int j = 0; j < 128; j++) {
        batch.append("route add 10.").append(i).append('.').append(j).append(".0/24 dev d0\n");
      }
      namespace.run("ip link set d0 up");
      namespace.batch(batch.toString());
    }
    assertThat(rtnetlink.routes())
        .filteredOn(route -> route.prefixLength() == 24 && route.family() == AddressFamily.IPV4)
        .hasSize(8 * 128);
  }

  @Test
  void theErrorOfTheKernelIsNamedAndAClosedSocketIsNotUsed() {
    assertThat(new NodeException("bind(AF_NETLINK)", 1))
        .hasMessage("bind(AF_NETLINK): not permitted (EPERM); run as root or grant the capability");
    Rtnetlink closed = namespace.call(Rtnetlink::open);
    closed.close();
    assertThatThrownBy(closed::links)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private Map<String, Link> links() {
    return rtnetlink.links().stream().collect(Collectors.toMap(Link::name, Function.identity()));
  }

  private static Route route(List<Route> routes, String destination, int prefixLength) {
    return routes.stream()
        .filter(
            route ->
                route.destination().equals(Links.inet(destination))
                    && route.prefixLength() == prefixLength)
        .findFirst()
        .orElseThrow();
  }
}

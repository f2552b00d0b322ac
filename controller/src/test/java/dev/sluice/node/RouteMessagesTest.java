// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Messages are written here as the kernel's headers say, independently of the reader. */
class RouteMessagesTest {
  private static final int AF_BRIDGE = 7;

  @Property(tries = 300)
  void aLinkIsReadAsItWasWritten(@ForAll("links") Link link) {
    assertThat(events(linkMessage(RouteMessages.NEW_LINK, 0, link)))
        .containsExactly(new NetworkEvent.LinkPresent(link));
  }

  @Property(tries = 200)
  void severalMessagesInADatagramAreAllRead(
      @ForAll("links") Link first, @ForAll("links") Link last) {
    byte[] one = linkMessage(RouteMessages.NEW_LINK, 0, first);
    byte[] two = linkMessage(RouteMessages.DELETE_LINK, 0, last);
    byte[] both = ByteBuffer.allocate(one.length + two.length).put(one).put(two).array();
    assertThat(events(both))
        .containsExactly(new NetworkEvent.LinkPresent(first), new NetworkEvent.LinkRemoved(last));
  }

  @Property(tries = 300)
  void anAddressIsReadAsItWasWritten(
      @ForAll("addressBytes") byte[] bytes, @ForAll boolean deprecated, @ForAll boolean secondary)
      throws Exception {
    boolean sixth = bytes.length == 16;
    int flags = (deprecated ? 0x20 : 0) | (secondary ? 1 : 0);
    ByteBuffer fixed = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    fixed.put((byte) (sixth ? 10 : 2)).put((byte) 20).put((byte) flags).put((byte) 0).putInt(17);
    byte[] message =
        new NetlinkWriter(256, RouteMessages.NEW_ADDRESS, 0, 1)
            .fixed(fixed.array())
            .attribute(2, bytes)
            .attributeInt(8, flags)
            .toBytes();
    InterfaceAddress expected =
        new InterfaceAddress(
            17,
            java.net.InetAddress.getByAddress(bytes),
            20,
            0,
            false,
            deprecated,
            secondary,
            false);
    assertThat(events(message)).containsExactly(new NetworkEvent.AddressPresent(expected));
  }

  @Property(tries = 500)
  void rubbishIsAnErrorOrNothingButNeverAnotherFailure(@ForAll @Size(max = 96) byte[] rubbish) {
    try {
      events(rubbish);
    } catch (NodeException expected) {
      assertThat(expected).hasMessageContaining("bytes");
    }
  }

  @Property(tries = 300)
  void aCutMessageIsAnErrorOrNothing(@ForAll("links") Link link, @ForAll short seed) {
    byte[] whole = linkMessage(RouteMessages.NEW_LINK, 0, link);
    int length = Math.floorMod(seed, whole.length);
    ByteBuffer cut = ByteBuffer.wrap(whole, 0, length).slice().order(ByteOrder.nativeOrder());
    if (length < 16) {
      NetlinkReader.messages(cut, message -> assertThat(message).isNull());
    } else {
      assertThatThrownBy(() -> NetlinkReader.messages(cut, message -> {}))
          .isInstanceOf(NodeException.class);
    }
  }

  @Test
  void aPortThatLeavesItsBridgeIsNotADeletedDevice() {
    Link link = Links.ofKind(7, "veth7", "veth");
    assertThat(events(linkMessage(RouteMessages.DELETE_LINK, AF_BRIDGE, link))).isEmpty();
    assertThat(events(linkMessage(RouteMessages.DELETE_LINK, 0, link))).hasSize(1);
  }

  @Test
  void anUnknownMessageIsPassedOver() {
    assertThat(events(new NetlinkWriter(64, 99, 0, 1).fixed(new byte[16]).toBytes())).isEmpty();
  }

  @Test
  void aMultipathRouteHasAllItsNextHops() {
    byte[] first = nextHop(3, 0, Links.inet("192.0.2.254").getAddress());
    byte[] second = nextHop(4, 9, Links.inet("192.0.2.253").getAddress());
    byte[] hops = ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    byte[] message = routeMessage(0, 0, 9, hops);
    Route route = ((NetworkEvent.RoutePresent) events(message).getFirst()).route();
    assertThat(route.isDefault()).isTrue();
    assertThat(route.nextHops())
        .containsExactly(
            new Route.NextHop(3, Optional.of(Links.inet("192.0.2.254")), 1),
            new Route.NextHop(4, Optional.of(Links.inet("192.0.2.253")), 10));
    assertThat(route.leavesBy(4)).isTrue();
    assertThat(route.leavesBy(5)).isFalse();
  }

  @Test
  void aRouteMayHaveAGatewayOfTheOtherFamily() {
    ByteBuffer via = ByteBuffer.allocate(18).order(ByteOrder.nativeOrder());
    via.putShort((short) 10).put(Links.inet("fe80::1").getAddress());
    Route route =
        ((NetworkEvent.RoutePresent) events(routeMessage(0, 0, 18, via.array())).getFirst())
            .route();
    assertThat(route.nextHops())
        .containsExactly(new Route.NextHop(0, Optional.of(Links.inet("fe80::1")), 1));
  }

  @Test
  void aCachedRouteIsPassedOver() {
    assertThat(events(routeMessage(32, 0x200, 1, new byte[4]))).isEmpty();
  }

  private static List<NetworkEvent> events(byte[] datagram) {
    List<NetworkEvent> events = new ArrayList<>();
    NetlinkReader.messages(
        ByteBuffer.wrap(datagram), message -> RouteMessages.event(message).ifPresent(events::add));
    return events;
  }

  private static byte[] routeMessage(int prefixLength, int flags, int attribute, byte[] value) {
    ByteBuffer fixed = ByteBuffer.allocate(12).order(ByteOrder.nativeOrder());
    fixed.put((byte) 2).put((byte) prefixLength).put((byte) 0).put((byte) 0);
    fixed.put((byte) 254).put((byte) 3).put((byte) 0).put((byte) 1).putInt(flags);
    return new NetlinkWriter(256, RouteMessages.NEW_ROUTE, 0, 1)
        .fixed(fixed.array())
        .attribute(attribute, value)
        .toBytes();
  }

  private static byte[] nextHop(int index, int weightMinusOne, byte[] gateway) {
    ByteBuffer hop = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    hop.putShort((short) 16).put((byte) 0).put((byte) weightMinusOne).putInt(index);
    return hop.putShort((short) 8).putShort((short) 5).put(gateway).array();
  }

  private static byte[] linkMessage(int type, int family, Link link) {
    ByteBuffer fixed = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    fixed.put((byte) family).put((byte) 0).putShort((short) link.type()).putInt(link.index());
    fixed.putInt((link.up() ? 1 : 0) | (link.lowerUp() ? 0x10000 : 0)).putInt(0);
    NetlinkWriter writer =
        new NetlinkWriter(1024, type, 0, 1)
            .fixed(fixed.array())
            .attributeString(3, link.name())
            .attributeInt(4, link.mtu())
            .attributeInt(5, link.peerIndex())
            .attributeInt(10, link.masterIndex());
    if (!link.mac().isEmpty()) {
      writer.attribute(1, HexFormat.ofDelimiter(":").parseHex(link.mac()));
    }
    link.peerNamespace().ifPresent(id -> writer.attributeInt(37, id));
    // 9999 is an attribute that no kernel has yet.
    writer.attribute(9999, (byte) 1);
    int information = writer.begin(18);
    if (!link.kind().isEmpty()) {
      writer.attributeString(1, link.kind());
      // Of an 802.1ad device, and of every kind but VLANs, the same attributes are no 802.1Q id.
      int data = writer.begin(2);
      writer.attribute(1, nativeShort(link.vlanId().orElse(7)));
      writer.attribute(
          5,
          (byte) (link.kind().equals("vlan") && link.vlanId().isEmpty() ? 0x88 : 0x81),
          (byte) 0);
      writer.end(data);
    }
    if (!link.slaveKind().isEmpty()) {
      writer.attributeString(4, link.slaveKind());
    }
    return writer.end(information).toBytes();
  }

  private static byte[] nativeShort(int value) {
    return ByteBuffer.allocate(2).order(ByteOrder.nativeOrder()).putShort((short) value).array();
  }

  @Provide
  Arbitrary<byte[]> addressBytes() {
    return Arbitraries.of(4, 16)
        .flatMap(
            length ->
                Arbitraries.bytes()
                    .array(byte[].class)
                    .ofSize(length)
                    // A v4-mapped address cannot be told from IPv4 in Java.
                    .filter(bytes -> bytes.length == 4 || bytes[0] != 0));
  }

  @Provide
  Arbitrary<Link> links() {
    Arbitrary<String> names =
        Arbitraries.strings().alpha().numeric().ofMinLength(1).ofMaxLength(15);
    Arbitrary<Integer> numbers = Arbitraries.integers().greaterOrEqual(0);
    Arbitrary<OptionalInt> namespaces =
        Arbitraries.integers()
            .between(-1, 5000)
            .optional()
            .map(id -> id.map(OptionalInt::of).orElseGet(OptionalInt::empty));
    Arbitrary<String> macs =
        Arbitraries.bytes()
            .array(byte[].class)
            .ofMaxSize(20)
            .map(bytes -> HexFormat.ofDelimiter(":").formatHex(bytes));
    return Combinators.combine(
            names,
            Arbitraries.of("", "veth", "bridge", "vxlan", "vlan"),
            Arbitraries.of(1, 772, 65534),
            numbers.tuple3(),
            namespaces,
            macs,
            Arbitraries.of(true, false).tuple2(),
            Combinators.combine(
                    numbers,
                    Arbitraries.of("", "bridge", "bond"),
                    Arbitraries.integers().between(0, 4095).optional())
                .as(Tuple::of))
        .as(
            (name, kind, type, indexes, namespace, mac, up, rest) ->
                new Link(
                    indexes.get1(),
                    name,
                    kind,
                    type,
                    up.get1(),
                    up.get2(),
                    indexes.get2(),
                    indexes.get3(),
                    namespace,
                    mac,
                    rest.get1(),
                    rest.get2(),
                    kind.equals("vlan")
                        ? rest.get3().map(OptionalInt::of).orElseGet(OptionalInt::empty)
                        : OptionalInt.empty()));
  }
}

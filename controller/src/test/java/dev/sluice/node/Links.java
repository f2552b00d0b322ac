// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Short ways to write facts about a network. */
public final class Links {
  private Links() {}

  public static Link physical(int index, String name) {
    return new Link(
        index,
        name,
        "",
        Link.TYPE_ETHERNET,
        true,
        true,
        0,
        0,
        OptionalInt.empty(),
        "02:00:00:00:00:01",
        1500,
        "",
        OptionalInt.empty());
  }

  public static Link ofKind(int index, String name, String kind) {
    return with(physical(index, name), kind, Link.TYPE_ETHERNET, OptionalInt.empty(), "");
  }

  public static Link ofType(int index, String name, String kind, int type) {
    return with(physical(index, name), kind, type, OptionalInt.empty(), "");
  }

  public static Link port(int index, String name, String kind, String slaveKind) {
    return with(physical(index, name), kind, Link.TYPE_ETHERNET, OptionalInt.empty(), slaveKind);
  }

  public static Link vethElsewhere(int index, String name) {
    return with(physical(index, name), "veth", Link.TYPE_ETHERNET, OptionalInt.of(3), "");
  }

  static Link vethWithPeerHere(int index, String name, int peerIndex) {
    return placed(ofKind(index, name, "veth"), 0, peerIndex, "");
  }

  /** The device as a port of a bridge. */
  public static Link portOf(Link bridge, Link link) {
    return placed(link, bridge.index(), link.peerIndex(), "bridge");
  }

  /** The device on top of another one, as a VLAN is. */
  public static Link on(Link parent, Link link) {
    return placed(link, link.masterIndex(), parent.index(), link.slaveKind());
  }

  /** A VLAN device on a parent. */
  public static Link vlan(int index, String name, int parent, OptionalInt id) {
    Link vlan = ofKind(index, name, "vlan");
    return new Link(
        vlan.index(),
        vlan.name(),
        vlan.kind(),
        vlan.type(),
        vlan.up(),
        vlan.lowerUp(),
        vlan.masterIndex(),
        parent,
        vlan.peerNamespace(),
        vlan.mac(),
        vlan.mtu(),
        vlan.slaveKind(),
        id);
  }

  public static Link withMtu(Link link, int mtu) {
    return new Link(
        link.index(),
        link.name(),
        link.kind(),
        link.type(),
        link.up(),
        link.lowerUp(),
        link.masterIndex(),
        link.peerIndex(),
        link.peerNamespace(),
        link.mac(),
        mtu,
        link.slaveKind(),
        link.vlanId());
  }

  private static Link placed(Link link, int master, int peer, String slaveKind) {
    return new Link(
        link.index(),
        link.name(),
        link.kind(),
        link.type(),
        link.up(),
        link.lowerUp(),
        master,
        peer,
        link.peerNamespace(),
        link.mac(),
        link.mtu(),
        slaveKind,
        link.vlanId());
  }

  static Link down(Link link) {
    return new Link(
        link.index(),
        link.name(),
        link.kind(),
        link.type(),
        false,
        false,
        link.masterIndex(),
        link.peerIndex(),
        link.peerNamespace(),
        link.mac(),
        link.mtu(),
        link.slaveKind(),
        link.vlanId());
  }

  public static InterfaceAddress address(int index, String text) {
    String[] parts = text.split("/", -1);
    InetAddress address = inet(parts[0]);
    int scope =
        address.isLinkLocalAddress() && AddressFamily.of(address) == AddressFamily.IPV6
            ? InterfaceAddress.SCOPE_LINK
            : address.isLoopbackAddress()
                ? InterfaceAddress.SCOPE_HOST
                : InterfaceAddress.SCOPE_GLOBAL;
    return new InterfaceAddress(
        index, address, Integer.parseInt(parts[1]), scope, false, false, false, false);
  }

  public static Route defaultRoute(AddressFamily family, int index, long metric) {
    return new Route(
        family,
        inet(family == AddressFamily.IPV4 ? "0.0.0.0" : "::"),
        0,
        Route.TABLE_MAIN,
        Route.TYPE_UNICAST,
        3,
        0,
        metric,
        Optional.empty(),
        List.of(new Route.NextHop(index, Optional.empty(), 1)));
  }

  static InetAddress inet(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  private static Link with(
      Link link, String kind, int type, OptionalInt peerNamespace, String slaveKind) {
    return new Link(
        link.index(),
        link.name(),
        kind,
        type,
        link.up(),
        link.lowerUp(),
        slaveKind.isEmpty() ? 0 : 99,
        0,
        peerNamespace,
        link.mac(),
        link.mtu(),
        slaveKind,
        link.vlanId());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.VethPlug;
import java.util.List;

/** A place in the network around a node, where both backends and clients may be. */
enum Spot {
  /** Behind the NIC that most clients come by. */
  UPLINK(1, Place.UPLINK),
  /** Behind the router on the other NIC. */
  FABRIC(2, Place.FABRIC),
  /** There, too, by a route for packets of {@link #NARROW_MTU} bytes. */
  NARROW(3, Place.FABRIC),
  /**
   * In a VLAN on that NIC. The device that stands for the VLAN's is none, as not every kernel has
   * them: to the programs it is what XDP can send by with a tag.
   */
  TAGGED(4, Place.FABRIC),
  /** Behind a router that has never answered. */
  SILENT(5, Place.FABRIC),
  /** Behind a device that carries no XDP program. */
  WITHOUT_XDP(6, Place.POD),
  /** A pod of this node. */
  HERE(7, Place.POD),
  /** Where no route leads. */
  LOST(8, Place.UPLINK);

  static final int MTU = 1500;
  static final int NARROW_MTU = 1400;
  static final int VLAN = 7;
  static final String VLAN_DEVICE = "fabric-vlan";

  private static final String KNOWN = " lladdr " + VethPlug.NEIGHBOUR + " nud permanent dev ";

  private final int number;
  private final Place device;

  Spot(int number, Place device) {
    this.number = number;
    this.device = device;
  }

  /** From 1 to 9; its addresses hold it. */
  int number() {
    return number;
  }

  /** The device that its packets enter by. */
  Place device() {
    return device;
  }

  /** The MTU of the route there. */
  int mtu() {
    return this == NARROW ? NARROW_MTU : MTU;
  }

  /** Whether XDP can send packets there. */
  boolean isReachedByXdp() {
    return switch (this) {
      case UPLINK, FABRIC, NARROW, TAGGED -> true;
      case SILENT, WITHOUT_XDP, HERE, LOST -> false;
    };
  }

  /** One of its addresses; {@code host} is from 1 to 9. */
  IpAddress address(IpFamily family, int host) {
    return IpAddress.parse(prefix(family) + host);
  }

  private String prefix(IpFamily family) {
    return switch (family) {
      case IPV4 -> "10.5" + number + ".0.";
      case IPV6 -> "fd05:" + number + "::";
    };
  }

  /** Makes what the routes need that is not the node's own. */
  static List<String> devices() {
    return List.of(
        "ip link add " + VLAN_DEVICE + " address 02:00:00:00:00:01 type veth peer name vlan-wire",
        "ip link set vlan-wire up",
        "ip link set " + VLAN_DEVICE + " up");
  }

  /** The commands that make the route there. */
  List<String> route(IpFamily family) {
    String ip = family == IpFamily.IPV4 ? "ip -4 " : "ip -6 ";
    String length = family == IpFamily.IPV4 ? "0/24" : "/64";
    String add = ip + "route add " + prefix(family) + length;
    String router = " via " + Cast.of(family).router();
    return switch (this) {
      case UPLINK, WITHOUT_XDP, HERE -> {
        String name = device == Place.UPLINK ? "uplink" : "pod";
        yield List.of(
            add + " dev " + name,
            ip + "neighbour add " + address(family, 5) + KNOWN + name,
            ip + "neighbour add " + address(family, 7) + KNOWN + name);
      }
      case FABRIC -> List.of(add + router);
      case NARROW -> List.of(add + router + " mtu lock " + NARROW_MTU);
      case TAGGED ->
          List.of(
              ip + "neighbour add " + address(family, 1) + KNOWN + VLAN_DEVICE,
              add + " via " + address(family, 1) + " dev " + VLAN_DEVICE + " onlink");
      case SILENT -> List.of(add + " via " + address(family, 1) + " dev fabric onlink");
      case LOST -> List.of();
    };
  }
}

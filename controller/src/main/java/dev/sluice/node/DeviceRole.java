// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * What a network device is for, and so which programs belong on it.
 *
 * <p>The first rule that applies decides:
 *
 * <ol>
 *   <li>Hardware type loopback: {@link #LOOPBACK}.
 *   <li>A link layer that Sluice cannot read (PPP, InfiniBand), a kind that carries no traffic of
 *       its own ({@code dummy} and with it {@code kube-ipvs0}, {@code ifb}, {@code vrf}, ...), a
 *       port of a bond, team or Open vSwitch: {@link #OTHER}. The traffic of a bond's port is seen
 *       on the bond.
 *   <li>Kind vxlan, geneve, bareudp, gre, ipip, sit, ip6tnl, vti, xfrm, wireguard, and tun without
 *       a link header: {@link #TUNNEL}, whatever its addresses, and also as a port of a bridge.
 *   <li>Kind bridge: {@link #UPLINK} if it carries a default route (the machine's NIC is its port),
 *       else {@link #BRIDGE}.
 *   <li>Port of a bridge: {@link #POD} if its kind is veth, netkit, tun (that is: tap), macvtap or
 *       ipvtap; else {@link #OTHER}: a NIC below a bridge is seen on the bridge.
 *   <li>Carries a default route: {@link #UPLINK}.
 *   <li>Kind veth or netkit:
 *       <ul>
 *         <li>with a global address on a real subnet: {@link #UPLINK}. A node that is a container
 *             or a namespace has a veth with its peer elsewhere as its NIC; its address tells it
 *             from a pod's.
 *         <li>else, with the peer in another network namespace: {@link #POD}. A routed pod's device
 *             has no address, or a link-local one (169.254.1.1, fe80::), or the node's address as
 *             /32 or /128 (CNI {@code ptp}, kindnet).
 *         <li>else, with a peer that the kernel does not tell: {@link #POD}. The end that is made
 *             first is reported before it has a peer. Putting programs on it right then gives them
 *             a head start on the pod's first packet, since each takes an RCU grace period.
 *         <li>else: {@link #OTHER}; both ends are here, so whatever goes through enters by another
 *             device.
 *       </ul>
 *   <li>A tap without a bridge: {@link #POD} without a global address on a real subnet (a virtual
 *       machine), else {@link #TUNNEL} (an Ethernet VPN).
 *   <li>Any other kind (physical, bond, team, vlan, macvlan, ipvlan, ...): {@link #UPLINK} if it
 *       has a global address, else {@link #OTHER}. So of a NIC and its VLAN devices the ones that
 *       carry addresses are taken.
 * </ol>
 *
 * <p>Whether a device is up does not matter. Tentative addresses count, so that a device does not
 * change its role while duplicate address detection runs. A global address is one that {@link
 * InterfaceAddress#isGlobalUnicast()} says.
 */
public enum DeviceRole {
  /** Carries the node's own traffic: its addresses or a default route. */
  UPLINK,
  /** Carries packets of an overlay; inner packets enter and leave by it. */
  TUNNEL,
  /** A bridge between pods. */
  BRIDGE,
  /** The node's end of a pod's or virtual machine's device. */
  POD,
  /** The loopback device; nothing is attached, the socket hooks serve it. */
  LOOPBACK,
  /** Not for Sluice. */
  OTHER;

  private static final Set<String> TUNNEL_KINDS =
      Set.of(
          "vxlan",
          "geneve",
          "bareudp",
          "gre",
          "gretap",
          "ip6gre",
          "ip6gretap",
          "erspan",
          "ip6erspan",
          "ipip",
          "sit",
          "ip6tnl",
          "vti",
          "vti6",
          "xfrm",
          "wireguard");
  private static final Set<String> POD_KINDS = Set.of("veth", "netkit");
  private static final Set<String> BRIDGE_PORT_POD_KINDS =
      Set.of("veth", "netkit", "tun", "macvtap", "ipvtap");
  private static final Set<String> SILENT_KINDS =
      Set.of("dummy", "ifb", "nlmon", "vrf", "vcan", "vxcan", "can", "netdevsim", "amt");
  private static final Set<String> BUNDLING_MASTERS = Set.of("bond", "team", "openvswitch", "hsr");

  /** Whether devices of this role get programs when no device is named by the operator. */
  public boolean isAttached() {
    return switch (this) {
      case UPLINK, TUNNEL, BRIDGE, POD -> true;
      case LOOPBACK, OTHER -> false;
    };
  }

  /**
   * Classifies a device by the rules above.
   *
   * @param link the device
   * @param addresses of this device, both families
   * @param carriesDefaultRoute whether a default route of the main table leaves by it
   */
  public static DeviceRole of(
      Link link, Collection<InterfaceAddress> addresses, boolean carriesDefaultRoute) {
    if (link.type() == Link.TYPE_LOOPBACK) {
      return LOOPBACK;
    }
    if (link.headerLength() == Link.UNKNOWN_HEADER_LENGTH
        || SILENT_KINDS.contains(link.kind())
        || BUNDLING_MASTERS.contains(link.slaveKind())) {
      return OTHER;
    }
    boolean carriesIpOnly = link.headerLength() == 0;
    if (TUNNEL_KINDS.contains(link.kind()) || (link.kind().equals("tun") && carriesIpOnly)) {
      return TUNNEL;
    }
    if (link.kind().equals("bridge")) {
      return carriesDefaultRoute ? UPLINK : BRIDGE;
    }
    if (link.slaveKind().equals("bridge")) {
      return BRIDGE_PORT_POD_KINDS.contains(link.kind()) ? POD : OTHER;
    }
    if (carriesDefaultRoute) {
      return UPLINK;
    }
    boolean onRealSubnet =
        addresses.stream()
            .anyMatch(address -> address.isGlobalUnicast() && !address.isHostPrefix());
    if (POD_KINDS.contains(link.kind())) {
      if (onRealSubnet) {
        return UPLINK;
      }
      return link.peerIsElsewhere() || !link.peerIsKnown() ? POD : OTHER;
    }
    if (link.kind().equals("tun")) {
      return onRealSubnet ? TUNNEL : POD;
    }
    return addresses.stream().anyMatch(InterfaceAddress::isGlobalUnicast) ? UPLINK : OTHER;
  }

  /**
   * Why {@link #of} said what it said, in a few words for {@code sluice status}.
   *
   * @param role what it said
   */
  public static String explain(Link link, DeviceRole role) {
    String kind = link.kind().isEmpty() ? "physical" : link.kind();
    return switch (role) {
      case UPLINK -> kind + ", carries the node's addresses or a default route";
      case TUNNEL -> kind + ", a tunnel";
      case BRIDGE -> "bridge without a default route";
      case POD ->
          link.slaveKind().equals("bridge")
              ? kind + ", port of a bridge"
              : kind + ", no address on a subnet, other end elsewhere";
      case LOOPBACK -> "loopback";
      case OTHER -> other(link, kind);
    };
  }

  private static String other(Link link, String kind) {
    if (link.headerLength() == Link.UNKNOWN_HEADER_LENGTH) {
      return kind + ", unknown link layer (hardware type " + link.type() + ")";
    }
    Optional<String> master = Optional.of(link.slaveKind()).filter(slave -> !slave.isEmpty());
    return master
        .map(slave -> kind + ", port of a " + slave)
        .orElse(kind + ", no address of the node");
  }
}

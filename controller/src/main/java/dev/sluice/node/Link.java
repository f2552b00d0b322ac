// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.OptionalInt;

/**
 * A network interface as rtnetlink reports it.
 *
 * @param index the interface index, unique in its network namespace while it exists
 * @param name the interface name; it may change while the index stays
 * @param kind IFLA_INFO_KIND ({@code veth}, {@code bridge}, {@code vxlan}, {@code tun}, ...), or ""
 *     for a physical device
 * @param type the hardware type, ARPHRD_*: 1 Ethernet, 772 loopback, 65534 none
 * @param up whether it is administratively up (IFF_UP)
 * @param lowerUp whether it has a carrier (IFF_LOWER_UP)
 * @param masterIndex the bridge, bond or VRF that it belongs to, or 0
 * @param peerIndex IFLA_LINK: the other end of a veth, the parent of a VLAN, or 0. It counts in the
 *     namespace {@code peerNamespace} if that is present
 * @param peerNamespace IFLA_LINK_NETNSID: present if and only if the peer lives in another network
 *     namespace; the id is local to this namespace, and -1 if the kernel could not assign one
 * @param mac the hardware address as lower-case hexadecimal pairs with colons, or "". That of a
 *     bridge which borrows a port's address may be out of date: the kernel sends no event when it
 *     changes with the ports
 * @param mtu the largest network-layer packet in bytes
 * @param slaveKind IFLA_INFO_SLAVE_KIND: what the master is ({@code bridge}, {@code bond}, {@code
 *     vrf}, ...), or ""
 * @param vlanId the id of an 802.1Q VLAN device; empty for other kinds, 802.1ad among them
 */
public record Link(
    int index,
    String name,
    String kind,
    int type,
    boolean up,
    boolean lowerUp,
    int masterIndex,
    int peerIndex,
    OptionalInt peerNamespace,
    String mac,
    int mtu,
    String slaveKind,
    OptionalInt vlanId) {

  /** ARPHRD_ETHER. */
  public static final int TYPE_ETHERNET = 1;

  /** ARPHRD_LOOPBACK. */
  public static final int TYPE_LOOPBACK = 772;

  /** ARPHRD_NONE: tun and WireGuard. */
  public static final int TYPE_NONE = 65534;

  /** ARPHRD_TUNNEL: IP in IP. */
  public static final int TYPE_IPIP = 768;

  /** ARPHRD_TUNNEL6: anything in IPv6. */
  public static final int TYPE_TUNNEL6 = 769;

  /** ARPHRD_SIT: IPv6 in IPv4. */
  public static final int TYPE_SIT = 776;

  /** ARPHRD_IPGRE. */
  public static final int TYPE_GRE = 778;

  /** ARPHRD_IP6GRE. */
  public static final int TYPE_GRE6 = 823;

  /** ARPHRD_RAWIP: mobile modems. */
  public static final int TYPE_RAW_IP = 519;

  /** What {@link #headerLength()} says of a link layer that Sluice does not read. */
  public static final int UNKNOWN_HEADER_LENGTH = -1;

  /**
   * The bytes in front of the IP header of a packet that a tc program sees on this device: 14 for
   * Ethernet and loopback, 0 for devices that carry bare IP packets, {@link #UNKNOWN_HEADER_LENGTH}
   * for all else (PPP, InfiniBand, ...).
   */
  public int headerLength() {
    return switch (type) {
      case TYPE_ETHERNET, TYPE_LOOPBACK -> 14;
      case TYPE_NONE, TYPE_IPIP, TYPE_TUNNEL6, TYPE_SIT, TYPE_GRE, TYPE_GRE6, TYPE_RAW_IP -> 0;
      default -> UNKNOWN_HEADER_LENGTH;
    };
  }

  /** Whether the kernel says which device is the other end; it does not before there is one. */
  public boolean peerIsKnown() {
    return peerIndex != 0 && peerIndex != index;
  }

  /** Whether the other end lives in another network namespace. */
  public boolean peerIsElsewhere() {
    return peerNamespace.isPresent();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads the messages of the rtnetlink protocol (rtnetlink(7), linux/rtnetlink.h) into records. */
final class RouteMessages {
  static final int NEW_LINK = 16;
  static final int DELETE_LINK = 17;
  static final int GET_LINK = 18;
  static final int NEW_ADDRESS = 20;
  static final int DELETE_ADDRESS = 21;
  static final int GET_ADDRESS = 22;
  static final int NEW_ROUTE = 24;
  static final int DELETE_ROUTE = 25;
  static final int GET_ROUTE = 26;
  static final int NEW_NEIGHBOUR = 28;
  static final int DELETE_NEIGHBOUR = 29;
  static final int GET_NEIGHBOUR = 30;
  private static final int NEW_RULE = 32;
  private static final int DELETE_RULE = 33;
  static final int NEW_FILTER = 44;
  static final int GET_FILTER = 46;
  private static final int NEW_NEXT_HOP = 104;
  private static final int DELETE_NEXT_HOP = 105;

  static final int LINK_FIXED_LENGTH = 16;
  static final int FILTER_FIXED_LENGTH = 20;
  private static final int ADDRESS_FIXED_LENGTH = 8;
  static final int ROUTE_FIXED_LENGTH = 12;
  private static final int NEIGHBOUR_FIXED_LENGTH = 12;
  private static final int NEXT_HOP_FIXED_LENGTH = 8;

  private static final int AF_UNSPEC = 0;

  private static final int IFF_UP = 1;
  private static final int IFF_LOWER_UP = 1 << 16;

  private static final int IFLA_ADDRESS = 1;
  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_LINK = 5;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_LINKINFO = 18;
  static final int IFLA_EXT_MASK = 29;
  private static final int IFLA_LINK_NETNSID = 37;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int IFLA_INFO_SLAVE_KIND = 4;
  private static final int IFLA_VLAN_ID = 1;
  private static final int IFLA_VLAN_PROTOCOL = 5;

  /** ETH_P_8021Q. */
  private static final int PROTOCOL_8021Q = 0x8100;

  /** RTEXT_FILTER_SKIP_STATS: counters are most of a link's message and nobody reads them here. */
  static final int SKIP_STATISTICS = 1 << 3;

  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_FLAGS = 8;
  private static final int IFA_F_SECONDARY = 0x01;
  private static final int IFA_F_OPTIMISTIC = 0x04;
  private static final int IFA_F_DUPLICATE = 0x08;
  private static final int IFA_F_DEPRECATED = 0x20;
  private static final int IFA_F_TENTATIVE = 0x40;

  static final int RTA_DESTINATION = 1;
  private static final int RTA_OUTPUT_INTERFACE = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_PREFERRED_SOURCE = 7;
  private static final int RTA_MULTIPATH = 9;
  private static final int RTA_TABLE = 15;
  private static final int RTA_VIA = 18;
  private static final int ROUTE_FLAG_CLONED = 0x200;

  private static final int NDA_DESTINATION = 1;
  private static final int NDA_LINK_ADDRESS = 2;

  private RouteMessages() {}

  /**
   * What a message says, or empty if it is about something that this package does not follow:
   * another address family, a cached route, or a bridge's view of its port. The last one matters:
   * when a port leaves a bridge the kernel sends RTM_DELLINK with family AF_BRIDGE although the
   * device lives on.
   */
  static Optional<NetworkEvent> event(NetlinkReader.Message message) {
    ByteBuffer payload = message.payload();
    return switch (message.type()) {
      case NEW_LINK -> link(payload).map(NetworkEvent.LinkPresent::new);
      case DELETE_LINK -> link(payload).map(NetworkEvent.LinkRemoved::new);
      case NEW_ADDRESS -> address(payload).map(NetworkEvent.AddressPresent::new);
      case DELETE_ADDRESS -> address(payload).map(NetworkEvent.AddressRemoved::new);
      case NEW_ROUTE -> route(payload).map(NetworkEvent.RoutePresent::new);
      case DELETE_ROUTE -> route(payload).map(NetworkEvent.RouteRemoved::new);
      case NEW_NEIGHBOUR -> neighbour(payload).map(NetworkEvent.NeighbourPresent::new);
      case DELETE_NEIGHBOUR -> neighbour(payload).map(NetworkEvent.NeighbourRemoved::new);
      case NEW_RULE, DELETE_RULE, NEW_NEXT_HOP, DELETE_NEXT_HOP ->
          Optional.of(new NetworkEvent.RoutingChanged());
      default -> Optional.empty();
    };
  }

  static Optional<Link> link(ByteBuffer message) {
    require(message, LINK_FIXED_LENGTH, "link");
    if (message.get(0) != AF_UNSPEC) {
      return Optional.empty();
    }
    int flags = message.getInt(8);
    LinkAttributes attributes = new LinkAttributes();
    NetlinkReader.attributes(after(message, LINK_FIXED_LENGTH), attributes::read);
    return Optional.of(
        new Link(
            message.getInt(4),
            attributes.name,
            attributes.kind,
            Short.toUnsignedInt(message.getShort(2)),
            (flags & IFF_UP) != 0,
            (flags & IFF_LOWER_UP) != 0,
            attributes.master,
            attributes.peer,
            attributes.peerNamespace,
            attributes.mac,
            attributes.mtu,
            attributes.slaveKind,
            attributes.vlanId()));
  }

  static Optional<InterfaceAddress> address(ByteBuffer message) {
    require(message, ADDRESS_FIXED_LENGTH, "address");
    Optional<AddressFamily> family = family(message);
    if (family.isEmpty()) {
      return Optional.empty();
    }
    AddressAttributes attributes = new AddressAttributes();
    attributes.flags = Byte.toUnsignedInt(message.get(2));
    NetlinkReader.attributes(after(message, ADDRESS_FIXED_LENGTH), attributes::read);
    Optional<InetAddress> own = attributes.local.or(() -> attributes.address);
    int flags = attributes.flags;
    return own.map(
        address ->
            new InterfaceAddress(
                message.getInt(4),
                address,
                Byte.toUnsignedInt(message.get(1)),
                Byte.toUnsignedInt(message.get(3)),
                (flags & IFA_F_TENTATIVE) != 0 && (flags & IFA_F_OPTIMISTIC) == 0,
                (flags & IFA_F_DEPRECATED) != 0,
                (flags & IFA_F_SECONDARY) != 0,
                (flags & IFA_F_DUPLICATE) != 0));
  }

  static Optional<Route> route(ByteBuffer message) {
    require(message, ROUTE_FIXED_LENGTH, "route");
    Optional<AddressFamily> family = family(message);
    if (family.isEmpty() || (message.getInt(8) & ROUTE_FLAG_CLONED) != 0) {
      return Optional.empty();
    }
    RouteAttributes attributes = new RouteAttributes();
    attributes.table = Byte.toUnsignedInt(message.get(4));
    NetlinkReader.attributes(after(message, ROUTE_FIXED_LENGTH), attributes::read);
    List<Route.NextHop> nextHops = attributes.nextHops;
    if (nextHops.isEmpty() && (attributes.output != 0 || attributes.gateway.isPresent())) {
      nextHops = List.of(new Route.NextHop(attributes.output, attributes.gateway, 1));
    }
    return Optional.of(
        new Route(
            family.get(),
            attributes.destination.orElseGet(
                () -> inetAddress(new byte[family.get().bits() / Byte.SIZE])),
            Byte.toUnsignedInt(message.get(1)),
            attributes.table,
            Byte.toUnsignedInt(message.get(7)),
            Byte.toUnsignedInt(message.get(5)),
            Byte.toUnsignedInt(message.get(6)),
            attributes.metric,
            attributes.preferredSource,
            nextHops));
  }

  /** The device that the answer to a question for one address names. */
  static OptionalInt outputDevice(ByteBuffer message) {
    require(message, ROUTE_FIXED_LENGTH, "route");
    RouteAttributes attributes = new RouteAttributes();
    NetlinkReader.attributes(after(message, ROUTE_FIXED_LENGTH), attributes::read);
    return attributes.output == 0 ? OptionalInt.empty() : OptionalInt.of(attributes.output);
  }

  static Optional<Neighbour> neighbour(ByteBuffer message) {
    require(message, NEIGHBOUR_FIXED_LENGTH, "neighbour");
    if (family(message).isEmpty()) {
      return Optional.empty();
    }
    NeighbourAttributes attributes = new NeighbourAttributes();
    NetlinkReader.attributes(after(message, NEIGHBOUR_FIXED_LENGTH), attributes::read);
    return attributes.destination.map(
        address ->
            new Neighbour(
                message.getInt(4),
                address,
                attributes.mac,
                Short.toUnsignedInt(message.getShort(8))));
  }

  private static final class LinkAttributes {
    private String name = "";
    private String kind = "";
    private String slaveKind = "";
    private String mac = "";
    private int mtu;
    private int master;
    private int peer;
    private OptionalInt peerNamespace = OptionalInt.empty();
    private Optional<ByteBuffer> kindData = Optional.empty();
    private int vlanId;
    private int vlanProtocol;

    private void read(int type, ByteBuffer value) {
      switch (type) {
        case IFLA_ADDRESS -> mac = hardwareAddress(value);
        case IFLA_IFNAME -> name = NetlinkReader.string(value);
        case IFLA_MTU -> mtu = value.getInt(0);
        case IFLA_LINK -> peer = value.getInt(0);
        case IFLA_MASTER -> master = value.getInt(0);
        case IFLA_LINK_NETNSID -> peerNamespace = OptionalInt.of(value.getInt(0));
        case IFLA_LINKINFO -> NetlinkReader.attributes(value, this::readInfo);
        default -> {}
      }
    }

    private void readInfo(int type, ByteBuffer value) {
      switch (type) {
        case IFLA_INFO_KIND -> kind = NetlinkReader.string(value);
        case IFLA_INFO_DATA -> kindData = Optional.of(value);
        case IFLA_INFO_SLAVE_KIND -> slaveKind = NetlinkReader.string(value);
        default -> {}
      }
    }

    /** The numbers in a kind's data mean something else for each kind. */
    private OptionalInt vlanId() {
      if (kind.equals("vlan")) {
        kindData.ifPresent(data -> NetlinkReader.attributes(data, this::readVlan));
      }
      return vlanProtocol == PROTOCOL_8021Q ? OptionalInt.of(vlanId) : OptionalInt.empty();
    }

    private void readVlan(int type, ByteBuffer value) {
      switch (type) {
        case IFLA_VLAN_ID -> vlanId = Short.toUnsignedInt(value.getShort(0));
        case IFLA_VLAN_PROTOCOL ->
            vlanProtocol = Short.toUnsignedInt(value.order(ByteOrder.BIG_ENDIAN).getShort(0));
        default -> {}
      }
    }
  }

  private static final class AddressAttributes {
    private Optional<InetAddress> address = Optional.empty();
    private Optional<InetAddress> local = Optional.empty();
    private int flags;

    private void read(int type, ByteBuffer value) {
      switch (type) {
        case IFA_ADDRESS -> address = Optional.of(inetAddress(NetlinkReader.bytes(value)));
        case IFA_LOCAL -> local = Optional.of(inetAddress(NetlinkReader.bytes(value)));
        case IFA_FLAGS -> flags = value.getInt(0);
        default -> {}
      }
    }
  }

  private static final class RouteAttributes {
    private Optional<InetAddress> destination = Optional.empty();
    private Optional<InetAddress> gateway = Optional.empty();
    private Optional<InetAddress> preferredSource = Optional.empty();
    private final List<Route.NextHop> nextHops = new ArrayList<>();
    private int output;
    private int table;
    private long metric;

    private void read(int type, ByteBuffer value) {
      switch (type) {
        case RTA_DESTINATION -> destination = Optional.of(inetAddress(NetlinkReader.bytes(value)));
        case RTA_GATEWAY -> gateway = Optional.of(inetAddress(NetlinkReader.bytes(value)));
        case RTA_VIA -> gateway = Optional.of(via(value));
        case RTA_PREFERRED_SOURCE ->
            preferredSource = Optional.of(inetAddress(NetlinkReader.bytes(value)));
        case RTA_OUTPUT_INTERFACE -> output = value.getInt(0);
        case RTA_PRIORITY -> metric = Integer.toUnsignedLong(value.getInt(0));
        case RTA_TABLE -> table = value.getInt(0);
        case RTA_MULTIPATH -> readNextHops(value);
        default -> {}
      }
    }

    /** RTA_MULTIPATH is a row of {@code struct rtnexthop}, each followed by its own attributes. */
    private void readNextHops(ByteBuffer value) {
      int offset = 0;
      while (value.limit() - offset >= NEXT_HOP_FIXED_LENGTH) {
        int length = Short.toUnsignedInt(value.getShort(offset));
        if (length < NEXT_HOP_FIXED_LENGTH || length > value.limit() - offset) {
          throw new NodeException("next hop of " + length + " bytes at offset " + offset);
        }
        RouteAttributes hop = new RouteAttributes();
        NetlinkReader.attributes(
            value
                .slice(offset + NEXT_HOP_FIXED_LENGTH, length - NEXT_HOP_FIXED_LENGTH)
                .order(value.order()),
            hop::read);
        int weight = Byte.toUnsignedInt(value.get(offset + 3)) + 1;
        nextHops.add(new Route.NextHop(value.getInt(offset + 4), hop.gateway, weight));
        offset += (length + NetlinkReader.ALIGNMENT - 1) & -NetlinkReader.ALIGNMENT;
      }
    }

    /** {@code struct rtvia}: the family, then the address. */
    private static InetAddress via(ByteBuffer value) {
      byte[] bytes = new byte[value.remaining() - 2];
      value.get(2, bytes);
      return inetAddress(bytes);
    }
  }

  private static final class NeighbourAttributes {
    private Optional<InetAddress> destination = Optional.empty();
    private String mac = "";

    private void read(int type, ByteBuffer value) {
      switch (type) {
        case NDA_DESTINATION -> destination = Optional.of(inetAddress(NetlinkReader.bytes(value)));
        case NDA_LINK_ADDRESS -> mac = hardwareAddress(value);
        default -> {}
      }
    }
  }

  private static Optional<AddressFamily> family(ByteBuffer message) {
    int number = Byte.toUnsignedInt(message.get(0));
    for (AddressFamily family : AddressFamily.values()) {
      if (family.number() == number) {
        return Optional.of(family);
      }
    }
    return Optional.empty();
  }

  private static InetAddress inetAddress(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new NodeException("an address of " + bytes.length + " bytes", e);
    }
  }

  private static String hardwareAddress(ByteBuffer value) {
    return HexFormat.ofDelimiter(":").formatHex(NetlinkReader.bytes(value));
  }

  private static ByteBuffer after(ByteBuffer message, int length) {
    return message.slice(length, message.limit() - length);
  }

  private static void require(ByteBuffer message, int length, String what) {
    if (message.remaining() < length) {
      throw new NodeException(
          "a " + what + " message of " + message.remaining() + " bytes, fewer than " + length);
    }
  }
}

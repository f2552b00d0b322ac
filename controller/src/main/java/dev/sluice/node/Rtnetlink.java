// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Asks the kernel for the links, addresses, routes and neighbours of the network namespace in which
 * the opening thread is. Any thread may ask afterwards; the answers are of that namespace.
 */
public final class Rtnetlink implements AutoCloseable {
  private static final int RECEIVE_BYTES = 4 << 20;
  private static final int CLSACT_INGRESS = 0xfffffff2;
  private static final int CLSACT_EGRESS = 0xfffffff3;

  private final NetlinkRequests requests;

  private Rtnetlink(NetlinkSocket socket) {
    this.requests = new NetlinkRequests(socket, "rtnetlink");
  }

  /**
   * Opens a socket in the network namespace of the calling thread.
   *
   * @throws NodeException if the kernel refuses
   */
  public static Rtnetlink open() {
    return new Rtnetlink(new NetlinkSocket(NetlinkSocket.Protocol.NETLINK_ROUTE, RECEIVE_BYTES));
  }

  /** All interfaces. */
  public List<Link> links() {
    return dump(RouteMessages.GET_LINK, RouteMessages.NEW_LINK, RouteMessages::link);
  }

  /** All IPv4 and IPv6 addresses. */
  public List<InterfaceAddress> addresses() {
    return dump(RouteMessages.GET_ADDRESS, RouteMessages.NEW_ADDRESS, RouteMessages::address);
  }

  /** All IPv4 and IPv6 routes of all tables. Can be long: a router may have a million. */
  public List<Route> routes() {
    return dump(RouteMessages.GET_ROUTE, RouteMessages.NEW_ROUTE, RouteMessages::route);
  }

  /** The default routes of all tables; the others are read but not kept. */
  public List<Route> defaultRoutes() {
    return dump(
        RouteMessages.GET_ROUTE,
        RouteMessages.NEW_ROUTE,
        message -> RouteMessages.route(message).filter(Route::isDefault));
  }

  /**
   * The device by which the node's own packets to an address leave; empty if there is no route. The
   * loopback device for the node's own addresses.
   */
  public OptionalInt deviceTowards(InetAddress destination) {
    return requests.ask(
        sequence -> routeRequest(destination, sequence),
        message ->
            message.type() == RouteMessages.NEW_ROUTE
                ? RouteMessages.outputDevice(message.payload())
                : OptionalInt.empty());
  }

  /** All entries of the ARP and neighbour discovery caches. */
  public List<Neighbour> neighbours() {
    return dump(RouteMessages.GET_NEIGHBOUR, RouteMessages.NEW_NEIGHBOUR, RouteMessages::neighbour);
  }

  /** Whether anybody has a traffic control filter on a device's clsact qdisc, either direction. */
  public boolean hasFilters(int interfaceIndex) {
    return Stream.of(CLSACT_INGRESS, CLSACT_EGRESS)
        .anyMatch(
            parent ->
                !requests
                    .dump(
                        RouteMessages.NEW_FILTER,
                        number -> filterRequest(interfaceIndex, parent, number),
                        Optional::of)
                    .isEmpty());
  }

  /**
   * Removes a device that can be removed, with its addresses.
   *
   * @throws NodeException if the kernel refuses; not if it has gone
   */
  public void removeLink(int interfaceIndex) {
    int error = requests.execute(sequence -> removeLinkRequest(interfaceIndex, sequence));
    if (error != 0 && error != Errno.ENODEV) {
      throw new NodeException("removing the device with index " + interfaceIndex, error);
    }
  }

  @Override
  public void close() {
    requests.close();
  }

  private <T> List<T> dump(int request, int answer, Function<ByteBuffer, Optional<T>> decoder) {
    return requests.dump(answer, number -> request(request, number), decoder);
  }

  static byte[] request(int type, int sequence) {
    NetlinkWriter writer =
        new NetlinkWriter(
            64, type, NetlinkRequests.FLAG_REQUEST | NetlinkRequests.FLAG_DUMP, sequence);
    writer.fixed(new byte[RouteMessages.LINK_FIXED_LENGTH]);
    if (type == RouteMessages.GET_LINK) {
      writer.attributeInt(RouteMessages.IFLA_EXT_MASK, RouteMessages.SKIP_STATISTICS);
    }
    return writer.toBytes();
  }

  /** {@code struct ifinfomsg}: family, padding and type, the index, flags and their mask. */
  private static byte[] removeLinkRequest(int interfaceIndex, int sequence) {
    return new NetlinkWriter(
            64,
            RouteMessages.DELETE_LINK,
            NetlinkRequests.FLAG_REQUEST | NetlinkRequests.FLAG_ACKNOWLEDGE,
            sequence)
        .fixed(
            ByteBuffer.allocate(RouteMessages.LINK_FIXED_LENGTH)
                .order(ByteOrder.nativeOrder())
                .putInt(0)
                .putInt(interfaceIndex)
                .array())
        .toBytes();
  }

  /** {@code struct rtmsg} with family and length of the destination, which follows. */
  private static byte[] routeRequest(InetAddress destination, int sequence) {
    byte[] address = destination.getAddress();
    AddressFamily family = AddressFamily.of(destination);
    byte[] fixed = new byte[RouteMessages.ROUTE_FIXED_LENGTH];
    fixed[0] = (byte) family.number();
    fixed[1] = (byte) family.bits();
    return new NetlinkWriter(64, RouteMessages.GET_ROUTE, NetlinkRequests.FLAG_REQUEST, sequence)
        .fixed(fixed)
        .attribute(RouteMessages.RTA_DESTINATION, address)
        .toBytes();
  }

  /** {@code struct tcmsg}: family and padding, device, handle, parent, priority and protocol. */
  private static byte[] filterRequest(int interfaceIndex, int parent, int sequence) {
    NetlinkWriter writer =
        new NetlinkWriter(
            64,
            RouteMessages.GET_FILTER,
            NetlinkRequests.FLAG_REQUEST | NetlinkRequests.FLAG_DUMP,
            sequence);
    writer.fixed(
        ByteBuffer.allocate(RouteMessages.FILTER_FIXED_LENGTH)
            .order(ByteOrder.nativeOrder())
            .putInt(0)
            .putInt(interfaceIndex)
            .putInt(0)
            .putInt(parent)
            .putInt(0)
            .array());
    return writer.toBytes();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An immutable picture of a network namespace: links, addresses and default routes. {@link #apply}
 * gives the next one.
 *
 * <p>Only default routes are kept: nothing else is asked for, and a router may have a million
 * others.
 */
public final class NetworkImage {
  /** The image of a namespace about which nothing is known. */
  public static final NetworkImage EMPTY = new NetworkImage(Map.of(), Map.of(), List.of());

  private final Map<Integer, Link> links;
  private final Map<Integer, List<InterfaceAddress>> addresses;
  private final List<Route> defaultRoutes;

  private NetworkImage(
      Map<Integer, Link> links,
      Map<Integer, List<InterfaceAddress>> addresses,
      List<Route> defaultRoutes) {
    this.links = links;
    this.addresses = addresses;
    this.defaultRoutes = defaultRoutes;
  }

  /** The image that three dumps give. Routes that are no default routes are left out. */
  public static NetworkImage of(
      Collection<Link> links, Collection<InterfaceAddress> addresses, Collection<Route> routes) {
    Map<Integer, Link> byIndex = new TreeMap<>();
    links.forEach(link -> byIndex.put(link.index(), link));
    Map<Integer, List<InterfaceAddress>> addressesByIndex = new TreeMap<>();
    for (InterfaceAddress address : addresses) {
      List<InterfaceAddress> ofDevice =
          addressesByIndex.computeIfAbsent(address.index(), index -> new ArrayList<>());
      // The kernel keeps IPv4 addresses oldest first and IPv6 addresses youngest first.
      ofDevice.add(address.family() == AddressFamily.IPV6 ? 0 : ofDevice.size(), address);
    }
    addressesByIndex.replaceAll((index, ofDevice) -> ordered(ofDevice));
    return new NetworkImage(byIndex, addressesByIndex, List.of()).withRoutes(routes);
  }

  /**
   * The image after an event. Route and neighbour events change nothing; see {@link #withRoutes}.
   */
  public NetworkImage apply(NetworkEvent event) {
    return switch (event) {
      case NetworkEvent.LinkPresent(Link link) -> withLink(link);
      case NetworkEvent.LinkRemoved(Link link) -> withoutLink(link.index());
      case NetworkEvent.AddressPresent(InterfaceAddress address) -> withAddress(address);
      case NetworkEvent.AddressRemoved(InterfaceAddress address) -> withoutAddress(address);
      case NetworkEvent.RouteEvent ignored -> this;
      case NetworkEvent.NeighbourEvent ignored -> this;
      case NetworkEvent.RoutingChanged ignored -> this;
    };
  }

  /** The image with other default routes, best first. */
  public NetworkImage withRoutes(Collection<Route> routes) {
    List<Route> sorted =
        routes.stream()
            .filter(Route::isDefault)
            .sorted(
                Comparator.comparing((Route route) -> route.table() != Route.TABLE_MAIN)
                    .thenComparing(Route::family)
                    .thenComparing(Route::metric))
            .toList();
    return new NetworkImage(links, addresses, sorted);
  }

  /** The image with other links; addresses of devices that are not among them go. */
  public NetworkImage withLinks(Collection<Link> newLinks) {
    Map<Integer, Link> byIndex = new TreeMap<>();
    newLinks.forEach(link -> byIndex.put(link.index(), link));
    Map<Integer, List<InterfaceAddress>> remaining = new TreeMap<>(addresses);
    remaining.keySet().retainAll(byIndex.keySet());
    return new NetworkImage(byIndex, remaining, defaultRoutes);
  }

  /** All devices, by index. */
  public Collection<Link> links() {
    return List.copyOf(links.values());
  }

  public Optional<Link> link(int index) {
    return Optional.ofNullable(links.get(index));
  }

  public Optional<Link> link(String name) {
    return links.values().stream().filter(link -> link.name().equals(name)).findFirst();
  }

  /**
   * The addresses of a device: IPv4 before IPv6, secondary ones last, global before narrower
   * scopes, and then the oldest first. So the first one is the same after a restart.
   */
  public List<InterfaceAddress> addresses(int index) {
    return List.copyOf(addresses.getOrDefault(index, List.of()));
  }

  /** The addresses of all devices. */
  public List<InterfaceAddress> addresses() {
    return addresses.values().stream().flatMap(List::stream).toList();
  }

  /**
   * Default routes that can be used (a device of theirs exists and is up): main table first, then
   * by metric.
   */
  public List<Route> defaultRoutes(AddressFamily family) {
    return defaultRoutes.stream()
        .filter(route -> route.family() == family)
        .filter(route -> route.nextHops().stream().anyMatch(hop -> isUp(hop.index())))
        .toList();
  }

  /** The role of a device; {@link DeviceRole#OTHER} if it does not exist. */
  public DeviceRole role(int index) {
    Link link = links.get(index);
    if (link == null) {
      return DeviceRole.OTHER;
    }
    return DeviceRole.of(link, addresses(index), carriesDefaultRoute(index));
  }

  /** Devices of the role {@link DeviceRole#UPLINK}. */
  public List<Link> uplinks() {
    return links.values().stream().filter(link -> role(link.index()) == DeviceRole.UPLINK).toList();
  }

  /**
   * The addresses at which this node accepts packets: those of all devices, loopback included,
   * without tentative ones and duplicates. Addresses of {@code dummy} devices are among them, so
   * kube-proxy's {@code kube-ipvs0} would be as well.
   */
  public List<InetAddress> localAddresses(AddressFamily family) {
    return addresses.values().stream()
        .flatMap(List::stream)
        .filter(address -> address.family() == family && address.isUsable())
        .map(InterfaceAddress::address)
        .distinct()
        .toList();
  }

  /**
   * The node's address: what the best default route prefers as source; else the first suitable
   * address of its device; else of the uplinks in the order of their indexes; else of any device
   * that is no pod's. Suitable is a global unicast address that is neither tentative nor deprecated
   * nor secondary.
   */
  public Optional<InetAddress> primaryAddress(AddressFamily family) {
    List<Route> routes = defaultRoutes(family);
    Stream<InetAddress> preferred =
        routes.stream().flatMap(route -> route.preferredSource().stream());
    Stream<InetAddress> ofRoutes =
        routes.stream()
            .flatMap(route -> route.nextHops().stream())
            .flatMap(hop -> ownSourceAddress(hop.index(), family).stream());
    Stream<InetAddress> ofUplinks = ofDevices(family, DeviceRole.UPLINK);
    Stream<InetAddress> ofOthers =
        Stream.of(DeviceRole.OTHER, DeviceRole.TUNNEL, DeviceRole.BRIDGE)
            .flatMap(role -> ofDevices(family, role));
    return Stream.of(preferred, ofRoutes, ofUplinks, ofOthers)
        .flatMap(candidates -> candidates)
        .findFirst();
  }

  /**
   * The address that replaces the source of packets which leave by a device: its first global
   * unicast address that is neither tentative nor deprecated nor secondary, else {@link
   * #primaryAddress}.
   */
  public Optional<InetAddress> sourceAddressFor(int index, AddressFamily family) {
    return ownSourceAddress(index, family).or(() -> primaryAddress(family));
  }

  /** Whether a usable default route of the main table leaves by the device. */
  public boolean carriesDefaultRoute(int index) {
    return isUp(index)
        && defaultRoutes.stream()
            .anyMatch(route -> route.table() == Route.TABLE_MAIN && route.leavesBy(index));
  }

  /** Whether a default route of any table leaves by the device, usable or not. */
  boolean hasDefaultRoute(int index) {
    return defaultRoutes.stream().anyMatch(route -> route.leavesBy(index));
  }

  private Stream<InetAddress> ofDevices(AddressFamily family, DeviceRole role) {
    return links.keySet().stream()
        .filter(index -> role(index) == role)
        .flatMap(index -> ownSourceAddress(index, family).stream());
  }

  private Optional<InetAddress> ownSourceAddress(int index, AddressFamily family) {
    return addresses.getOrDefault(index, List.of()).stream()
        .filter(address -> address.family() == family)
        .filter(address -> address.isGlobalUnicast() && address.isUsable())
        .filter(address -> !address.deprecated() && !address.secondary())
        .map(InterfaceAddress::address)
        .findFirst();
  }

  private boolean isUp(int index) {
    Link link = links.get(index);
    return link != null && link.up();
  }

  private NetworkImage withLink(Link link) {
    if (link.equals(links.get(link.index()))) {
      return this;
    }
    Map<Integer, Link> next = new TreeMap<>(links);
    next.put(link.index(), link);
    return new NetworkImage(next, addresses, defaultRoutes);
  }

  private NetworkImage withoutLink(int index) {
    Map<Integer, Link> nextLinks = new TreeMap<>(links);
    nextLinks.remove(index);
    Map<Integer, List<InterfaceAddress>> nextAddresses = new TreeMap<>(addresses);
    nextAddresses.remove(index);
    return new NetworkImage(nextLinks, nextAddresses, defaultRoutes);
  }

  private NetworkImage withAddress(InterfaceAddress address) {
    List<InterfaceAddress> ofDevice =
        new ArrayList<>(addresses.getOrDefault(address.index(), List.of()));
    int known = indexOf(ofDevice, address);
    if (known < 0) {
      ofDevice.add(address);
    } else {
      ofDevice.set(known, address);
    }
    return withAddresses(address.index(), ofDevice);
  }

  private NetworkImage withoutAddress(InterfaceAddress address) {
    List<InterfaceAddress> ofDevice =
        new ArrayList<>(addresses.getOrDefault(address.index(), List.of()));
    ofDevice.removeIf(known -> known.isSameAs(address));
    return withAddresses(address.index(), ofDevice);
  }

  private NetworkImage withAddresses(int index, List<InterfaceAddress> ofDevice) {
    Map<Integer, List<InterfaceAddress>> next = new TreeMap<>(addresses);
    if (ofDevice.isEmpty()) {
      next.remove(index);
    } else {
      next.put(index, ordered(ofDevice));
    }
    return new NetworkImage(links, next, defaultRoutes);
  }

  private static List<InterfaceAddress> ordered(List<InterfaceAddress> ofDevice) {
    return ofDevice.stream()
        .sorted(
            Comparator.comparing(InterfaceAddress::family)
                .thenComparing(InterfaceAddress::secondary)
                .thenComparingInt(InterfaceAddress::scope))
        .toList();
  }

  private static int indexOf(List<InterfaceAddress> addresses, InterfaceAddress wanted) {
    for (int i = 0; i < addresses.size(); i++) {
      if (addresses.get(i).isSameAs(wanted)) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NetworkImage image
        && links.equals(image.links)
        && addresses.equals(image.addresses)
        && defaultRoutes.equals(image.defaultRoutes);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * links.hashCode() + addresses.hashCode()) + defaultRoutes.hashCode();
  }

  /** One line per device, for logs and tests. */
  @Override
  public String toString() {
    Map<String, String> lines = new LinkedHashMap<>();
    links
        .values()
        .forEach(
            link ->
                lines.put(
                    link.name(),
                    role(link.index())
                        + addresses(link.index()).stream()
                            .map(
                                address ->
                                    " "
                                        + address.address().getHostAddress()
                                        + "/"
                                        + address.prefixLength())
                            .reduce("", String::concat)));
    return lines.toString();
  }
}

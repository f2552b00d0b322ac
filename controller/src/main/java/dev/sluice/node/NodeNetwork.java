// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The living picture of the network namespace in which the opening thread is: a {@link
 * NetworkImage} that rtnetlink events keep up to date.
 *
 * <p>Listeners are called on one thread at a time, in the order of the changes; the picture already
 * shows the change then. A listener that takes long delays the next change but loses none.
 */
public final class NodeNetwork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeNetwork.class);

  /** After this time the kernel has finished what it announced with an incomplete event. */
  private static final Duration SETTLED = Duration.ofMillis(100);

  private static final Set<String> PAIRED_KINDS = Set.of("veth", "netkit");

  /** Is told of every change. */
  @FunctionalInterface
  public interface Listener {
    void changed(NetworkChange change);
  }

  private final Rtnetlink rtnetlink;
  private final RtnetlinkMonitor monitor;
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private volatile NetworkImage image = NetworkImage.EMPTY;
  private Optional<Thread> laterRefresh = Optional.empty();
  private boolean closed;

  private NodeNetwork(Rtnetlink rtnetlink, RtnetlinkMonitor monitor) {
    this.rtnetlink = rtnetlink;
    this.monitor = monitor;
  }

  /**
   * Reads the network namespace of the calling thread and keeps following it until closed.
   *
   * @throws NodeException if the kernel refuses
   */
  public static NodeNetwork open() {
    RtnetlinkMonitor monitor =
        RtnetlinkMonitor.open(
            EnumSet.of(
                RtnetlinkMonitor.Group.LINKS,
                RtnetlinkMonitor.Group.ADDRESSES,
                RtnetlinkMonitor.Group.ROUTES));
    Rtnetlink rtnetlink;
    try {
      rtnetlink = Rtnetlink.open();
    } catch (RuntimeException e) {
      monitor.close();
      throw e;
    }
    NodeNetwork network = new NodeNetwork(rtnetlink, monitor);
    try {
      network.resynchronise();
      monitor.start(network.new Events());
      return network;
    } catch (RuntimeException e) {
      network.close();
      throw e;
    }
  }

  /** The picture now. Take it once and ask it several things, so that the answers agree. */
  public NetworkImage image() {
    return image;
  }

  /** See {@link NetworkImage#uplinks()}. */
  public List<Link> uplinks() {
    return image.uplinks();
  }

  /** See {@link NetworkImage#localAddresses}. */
  public List<InetAddress> localAddresses(AddressFamily family) {
    return image.localAddresses(family);
  }

  /** See {@link NetworkImage#primaryAddress}. */
  public Optional<InetAddress> primaryAddress(AddressFamily family) {
    return image.primaryAddress(family);
  }

  /** See {@link NetworkImage#sourceAddressFor}. */
  public Optional<InetAddress> sourceAddressFor(int interfaceIndex, AddressFamily family) {
    return image.sourceAddressFor(interfaceIndex, family);
  }

  /**
   * Adds a listener, which is called at once with the change from nothing to the present picture,
   * so that it needs no start-up code of its own.
   */
  public synchronized void addListener(Listener listener) {
    listeners.add(listener);
    notify(listener, NetworkChange.between(NetworkImage.EMPTY, image));
  }

  public void removeListener(Listener listener) {
    listeners.remove(listener);
  }

  @Override
  public void close() {
    monitor.close();
    synchronized (this) {
      if (!closed) {
        closed = true;
        laterRefresh.ifPresent(Thread::interrupt);
        rtnetlink.close();
      }
    }
  }

  private synchronized void resynchronise() {
    if (!closed) {
      publish(NetworkImage.of(rtnetlink.links(), rtnetlink.addresses(), rtnetlink.defaultRoutes()));
    }
  }

  private synchronized void apply(List<NetworkEvent> events) {
    if (closed) {
      return;
    }
    NetworkImage next = image;
    boolean routesChanged = false;
    boolean routesMayVanish = false;
    boolean peersMayDiffer = false;
    for (NetworkEvent event : events) {
      routesChanged |= event instanceof NetworkEvent.RouteEvent route && route.route().isDefault();
      routesMayVanish |= mayTakeRoutesAlong(next, event);
      peersMayDiffer |= leavesPeerUnclear(next, event);
      next = next.apply(event);
    }
    publish(routesChanged || routesMayVanish ? next.withRoutes(rtnetlink.defaultRoutes()) : next);
    if (routesMayVanish || peersMayDiffer) {
      refreshLater();
    }
  }

  /**
   * Whether an event may be followed by the silent removal of a default route: its device goes,
   * goes down or comes up, or loses an address. The kernel sends these events <em>before</em> it
   * flushes the routes, hence the second look.
   */
  private static boolean mayTakeRoutesAlong(NetworkImage image, NetworkEvent event) {
    return switch (event) {
      case NetworkEvent.LinkEvent link ->
          image.hasDefaultRoute(link.link().index())
              && (link instanceof NetworkEvent.LinkRemoved
                  || image
                      .link(link.link().index())
                      .map(old -> old.up() != link.link().up())
                      .orElse(true));
      case NetworkEvent.AddressRemoved(InterfaceAddress address) ->
          image.hasDefaultRoute(address.index());
      case NetworkEvent.AddressPresent ignored -> false;
      case NetworkEvent.RouteEvent ignored -> false;
      case NetworkEvent.NeighbourEvent ignored -> false;
      case NetworkEvent.RoutingChanged ignored -> false;
    };
  }

  /**
   * Whether an event hides where the peer of a virtual Ethernet device is. The end that is created
   * first is reported before it has a peer, and an end that moves to another namespace or is
   * deleted is reported without a word about the one that stays. Another event follows when the
   * device comes up; until then only a second look tells.
   */
  private static boolean leavesPeerUnclear(NetworkImage image, NetworkEvent event) {
    return switch (event) {
      case NetworkEvent.LinkPresent(Link link) ->
          PAIRED_KINDS.contains(link.kind()) && link.peerIndex() == 0 && !link.peerIsElsewhere();
      case NetworkEvent.LinkRemoved(Link link) ->
          PAIRED_KINDS.contains(link.kind())
              && !link.peerIsElsewhere()
              && image.link(link.peerIndex()).isPresent();
      case NetworkEvent.AddressEvent ignored -> false;
      case NetworkEvent.RouteEvent ignored -> false;
      case NetworkEvent.NeighbourEvent ignored -> false;
      case NetworkEvent.RoutingChanged ignored -> false;
    };
  }

  private void refreshLater() {
    if (laterRefresh.filter(Thread::isAlive).isPresent()) {
      return;
    }
    laterRefresh =
        Optional.of(
            Thread.ofVirtual()
                .name("network-refresh")
                .start(
                    () -> {
                      try {
                        Thread.sleep(SETTLED);
                        refresh();
                      } catch (InterruptedException e) {
                        // Closed meanwhile.
                        Thread.currentThread().interrupt();
                      }
                    }));
  }

  private synchronized void refresh() {
    laterRefresh = Optional.empty();
    if (!closed) {
      try {
        publish(image.withLinks(rtnetlink.links()).withRoutes(rtnetlink.defaultRoutes()));
      } catch (NodeException e) {
        LOG.warn("Cannot read the links and routes; the next event tells more", e);
      }
    }
  }

  private void publish(NetworkImage next) {
    NetworkImage before = image;
    if (before.equals(next)) {
      return;
    }
    image = next;
    NetworkChange change = NetworkChange.between(before, next);
    listeners.forEach(listener -> notify(listener, change));
  }

  private static void notify(Listener listener, NetworkChange change) {
    try {
      listener.changed(change);
    } catch (RuntimeException e) {
      LOG.error("A listener for network changes failed; it will get the next change", e);
    }
  }

  private final class Events implements RtnetlinkMonitor.Listener {
    @Override
    public void received(List<NetworkEvent> events) {
      apply(events);
    }

    @Override
    public void resynchronise() {
      LOG.warn("The kernel dropped network events (receive buffer full); reading everything again");
      NodeNetwork.this.resynchronise();
    }
  }
}

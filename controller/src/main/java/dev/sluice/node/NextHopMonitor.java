// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Tells when packets may have to be sent elsewhere than before: a link, an address, a route or a
 * rule changed, or a neighbour in a way that matters.
 *
 * <p>It has a subscription and a thread of its own, apart from {@link NodeNetwork}: neighbours
 * change far more often than devices do, and nothing here waits for programs to be attached.
 */
public final class NextHopMonitor implements AutoCloseable {
  /** However much changes, it is told no more often; what comes meanwhile is told at once. */
  private static final Duration PAUSE = Duration.ofMillis(10);

  /**
   * The kernel says that a link goes down or an address goes before it flushes the routes, IPv4
   * ones without a word; after this time it has.
   */
  private static final Duration SETTLED = Duration.ofMillis(100);

  private final RtnetlinkMonitor monitor;
  private final Rtnetlink rtnetlink;
  private final Runnable changed;
  private final NeighbourTable neighbours = new NeighbourTable();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("next-hops-settled").daemon().factory());

  private NextHopMonitor(RtnetlinkMonitor monitor, Rtnetlink rtnetlink, Runnable changed) {
    this.monitor = monitor;
    this.rtnetlink = rtnetlink;
    this.changed = changed;
  }

  /**
   * Follows the network namespace of the calling thread until closed.
   *
   * @param changed is run once now, and after each change or group of changes, on threads of this
   *     monitor
   * @throws NodeException if the kernel refuses
   */
  public static NextHopMonitor open(Runnable changed) {
    RtnetlinkMonitor monitor = RtnetlinkMonitor.open(EnumSet.allOf(RtnetlinkMonitor.Group.class));
    Rtnetlink rtnetlink;
    try {
      rtnetlink = Rtnetlink.open();
    } catch (RuntimeException e) {
      monitor.close();
      throw e;
    }
    NextHopMonitor opened = new NextHopMonitor(monitor, rtnetlink, changed);
    try {
      opened.resynchronise();
      monitor.start(opened.new Events());
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  @Override
  public void close() {
    monitor.close();
    timer.shutdownNow();
    rtnetlink.close();
  }

  private void resynchronise() {
    neighbours.replace(rtnetlink.neighbours());
    changed.run();
  }

  private void apply(List<NetworkEvent> events) {
    boolean matters = false;
    boolean moreToCome = false;
    for (NetworkEvent event : events) {
      switch (event) {
        case NetworkEvent.NeighbourEvent neighbour -> matters |= neighbours.apply(neighbour);
        case NetworkEvent.LinkEvent ignored -> moreToCome = true;
        case NetworkEvent.AddressEvent ignored -> moreToCome = true;
        case NetworkEvent.RouteEvent ignored -> matters = true;
        case NetworkEvent.RoutingChanged ignored -> matters = true;
      }
    }
    if (matters || moreToCome) {
      changed.run();
      if (moreToCome) {
        var unused = timer.schedule(changed, SETTLED.toMillis(), TimeUnit.MILLISECONDS);
      }
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private final class Events implements RtnetlinkMonitor.Listener {
    @Override
    public void received(List<NetworkEvent> events) {
      apply(events);
    }

    @Override
    public void resynchronise() {
      NextHopMonitor.this.resynchronise();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a listener what changes in the network namespace in which the opening thread is.
 *
 * <p>Opening subscribes: the kernel queues events from then on. {@link #start} begins delivery on
 * one platform thread. So "open, dump, start" loses nothing; events older than the dump may arrive
 * again, in order, and end in the same state.
 */
public final class RtnetlinkMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RtnetlinkMonitor.class);

  private static final int RECEIVE_BYTES = 16 << 20;
  private static final int MESSAGE_OVERRUN = 4;
  private static final int MAXIMUM_BATCH = 512;
  private static final int EFD_CLOEXEC_NONBLOCK = 0x80000 | 0x800;
  private static final int POLL_ENTRY = 8;
  private static final short POLLIN = 1;
  private static final int FOREVER = -1;
  private static final int RETRY_MILLISECONDS = 1000;

  /** What one can subscribe to; a group covers both address families. */
  public enum Group {
    LINKS,
    NEIGHBOURS,
    ADDRESSES,
    ROUTES,
    /** Rules and next hop objects. */
    ROUTING;

    /** The kernel's groups, RTNLGRP_*. */
    private int[] numbers() {
      return switch (this) {
        case LINKS -> new int[] {1};
        case NEIGHBOURS -> new int[] {3};
        case ADDRESSES -> new int[] {5, 9};
        case ROUTES -> new int[] {7, 11};
        case ROUTING -> new int[] {8, 19, 32};
      };
    }
  }

  /**
   * Receives changes, on the monitor's thread. What it throws is logged and does not stop the
   * monitor.
   */
  public interface Listener {
    /**
     * Events in the order in which the kernel sent them; at least one, and as many as had queued
     * up.
     */
    void received(List<NetworkEvent> events);

    /** Events were lost: forget what the events said and dump everything again. */
    void resynchronise();
  }

  private final NetlinkSocket socket;
  private final int wakeUp;
  private Thread thread;
  private volatile boolean closing;

  private RtnetlinkMonitor(NetlinkSocket socket, int wakeUp) {
    this.socket = socket;
    this.wakeUp = wakeUp;
  }

  /**
   * Subscribes in the network namespace of the calling thread.
   *
   * @throws NodeException if the kernel refuses
   */
  public static RtnetlinkMonitor open(Set<Group> groups) {
    return open(groups, RECEIVE_BYTES);
  }

  static RtnetlinkMonitor open(Set<Group> groups, int receiveBytes) {
    int wakeUp = LinuxCalls.eventDescriptor(EFD_CLOEXEC_NONBLOCK);
    if (wakeUp < 0) {
      throw new NodeException("eventfd", -wakeUp);
    }
    NetlinkSocket socket;
    try {
      socket = new NetlinkSocket(NetlinkSocket.Protocol.NETLINK_ROUTE, receiveBytes);
    } catch (RuntimeException e) {
      LinuxCalls.close(wakeUp);
      throw e;
    }
    RtnetlinkMonitor monitor = new RtnetlinkMonitor(socket, wakeUp);
    try {
      for (Group group : groups) {
        for (int number : group.numbers()) {
          socket.join(number);
        }
      }
      return monitor;
    } catch (RuntimeException e) {
      monitor.close();
      throw e;
    }
  }

  /** Begins to deliver what was queued since {@link #open}. May be called once. */
  public synchronized void start(Listener listener) {
    if (thread != null || closing) {
      throw new IllegalStateException("a monitor can be started once, before it is closed");
    }
    thread = Thread.ofPlatform().name("rtnetlink-monitor").daemon().start(() -> deliver(listener));
  }

  /**
   * Ends delivery; when it returns the listener is not called any more (unless the listener itself
   * calls it).
   */
  @Override
  public void close() {
    Thread running;
    synchronized (this) {
      if (closing) {
        return;
      }
      closing = true;
      running = thread;
    }
    if (running == null) {
      release();
      return;
    }
    LinuxCalls.signal(wakeUp);
    if (running != Thread.currentThread()) {
      joinUninterruptibly(running);
    }
  }

  int receiveBufferBytes() {
    return socket.receiveBufferBytes();
  }

  private void deliver(Listener listener) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entries = arena.allocate(2 * POLL_ENTRY, 4);
      entries.set(JAVA_INT, 0, socket.descriptor());
      entries.set(JAVA_SHORT, 4, POLLIN);
      entries.set(JAVA_INT, POLL_ENTRY, wakeUp);
      entries.set(JAVA_SHORT, POLL_ENTRY + 4, POLLIN);
      boolean inStep = true;
      while (!closing) {
        int ready = LinuxCalls.poll(entries, 2, inStep ? FOREVER : RETRY_MILLISECONDS);
        if (ready < 0 && ready != -Errno.EINTR) {
          throw new NodeException("poll", -ready);
        }
        if (ready >= 0 && !closing) {
          inStep = deliverQueued(listener, inStep);
        }
      }
    } finally {
      release();
    }
  }

  /** Whether the listener is in step with the kernel afterwards. */
  private boolean deliverQueued(Listener listener, boolean inStep) {
    List<NetworkEvent> events = new ArrayList<>();
    boolean lost = !inStep;
    try {
      lost |= readQueued(events);
    } catch (NodeException e) {
      if (e.errno() != Errno.ENOBUFS) {
        LOG.warn("An rtnetlink message was not understood; reading everything again", e);
      }
      lost = true;
    }
    try {
      if (lost) {
        discardQueued();
        listener.resynchronise();
      } else if (!events.isEmpty()) {
        listener.received(events);
      }
      return true;
    } catch (RuntimeException e) {
      LOG.error("The listener for network changes failed; it will be told to resynchronise", e);
      return false;
    }
  }

  /** Whether the kernel said that it lost messages. */
  private boolean readQueued(List<NetworkEvent> events) {
    boolean[] overrun = new boolean[1];
    while (events.size() < MAXIMUM_BATCH) {
      OptionalInt length = socket.tryReceive();
      if (length.isEmpty()) {
        break;
      }
      NetlinkReader.messages(
          socket.datagram(length.getAsInt()),
          message -> {
            overrun[0] |= message.type() == MESSAGE_OVERRUN;
            RouteMessages.event(message).ifPresent(events::add);
          });
    }
    return overrun[0];
  }

  /**
   * Empties the queue before the listener dumps. After an overrun the kernel goes on dropping
   * messages, without saying so again, until the queue has been read to its end; a change made
   * between a dump and that moment would be lost for good.
   */
  private void discardQueued() {
    boolean more = true;
    while (more && !closing) {
      try {
        more = socket.tryReceive().isPresent();
      } catch (NodeException e) {
        if (e.errno() != Errno.ENOBUFS) {
          throw e;
        }
      }
    }
  }

  private void release() {
    socket.close();
    LinuxCalls.close(wakeUp);
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (true) {
      try {
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}

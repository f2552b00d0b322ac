// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * The neighbours that packets are sent to without asking first. It tells the events after which a
 * packet gets another link header, or none, from those that only say how sure the kernel is
 * (REACHABLE, STALE, DELAY, PROBE), which are most. For one thread.
 */
final class NeighbourTable {
  private record Key(int index, InetAddress address) {}

  private final Map<Key, String> macs = new HashMap<>();

  /** Takes what a dump says in place of all that was known. */
  void replace(Collection<Neighbour> neighbours) {
    macs.clear();
    neighbours.forEach(this::put);
  }

  /** Notes an event, and says whether it makes a difference to packets. */
  boolean apply(NetworkEvent.NeighbourEvent event) {
    return switch (event) {
      case NetworkEvent.NeighbourPresent(Neighbour neighbour) -> put(neighbour);
      case NetworkEvent.NeighbourRemoved(Neighbour neighbour) -> remove(neighbour);
    };
  }

  private boolean put(Neighbour neighbour) {
    return neighbour.isValid()
        ? !neighbour.mac().equals(macs.put(key(neighbour), neighbour.mac()))
        : remove(neighbour);
  }

  private boolean remove(Neighbour neighbour) {
    return macs.remove(key(neighbour)) != null;
  }

  private static Key key(Neighbour neighbour) {
    return new Key(neighbour.index(), neighbour.address());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.MapNames;
import dev.sluice.loader.RingBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the programs tell, oldest first. They keep at it while no agent runs, until the ring is
 * full; what does not fit is lost. For one thread at a time.
 */
public final class EventRing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventRing.class);

  private final RingBuffer ring;

  public EventRing(LoadedObjects objects) {
    ring = RingBuffer.open(objects.map(MapNames.EVENTS));
  }

  /** All that there is now. */
  public List<DataplaneEvent> take() {
    List<DataplaneEvent> events = new ArrayList<>();
    ring.drain(
        record -> {
          try {
            events.add(DataplaneEvent.read(record));
          } catch (IllegalArgumentException e) {
            // Programs of another version wrote it before they were replaced.
            LOG.debug("an event is left out: {}", e.getMessage());
          }
        });
    return events;
  }

  @Override
  public void close() {
    ring.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.source.EventRecorder;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates Events of events.k8s.io/v1, one after the other on a thread of its own. What the API
 * server does not take is logged and forgotten.
 */
final class ApiEvents implements EventRecorder, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesSource.class);

  private static final String CONTROLLER = "sluice";

  /** Where Events about objects without a namespace belong. */
  private static final String NAMESPACE = "default";

  /** Events that may wait while no API server can be reached. */
  private static final int WAITING = 32;

  /** What the API takes. */
  private static final int LONGEST_NOTE = 1024;

  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

  private record Recorded(Event event, Instant time) {}

  private final String node;
  private final InstantSource clock;
  private final EventLimiter limiter;
  private final BlockingQueue<Recorded> waiting = new ArrayBlockingQueue<>(WAITING);
  private Thread thread;

  /**
   * Nothing is sent before {@link #start}.
   *
   * @param node the name of this node
   */
  ApiEvents(String node, InstantSource clock) {
    this.node = node;
    this.clock = clock;
    this.limiter = new EventLimiter(clock);
  }

  synchronized void start(KubernetesClient client) {
    thread = Thread.ofVirtual().name("kubernetes-events").start(() -> send(client));
  }

  @Override
  public void record(Event event) {
    if (!limiter.admits(event) || !waiting.offer(new Recorded(event, clock.instant()))) {
      LOG.debug("not told to the cluster, as there is too much to tell: {}", event);
    }
  }

  private void send(KubernetesClient client) {
    try {
      while (true) {
        create(client, waiting.take());
      }
    } catch (InterruptedException e) {
      LOG.debug("no more events are told to the cluster", e);
    }
  }

  private void create(KubernetesClient client, Recorded recorded) {
    try {
      var unused = client.events().v1().events().resource(object(recorded)).create();
    } catch (KubernetesClientException e) {
      LOG.info("event {} could not be created: {}", recorded.event().reason(), e.getMessage());
    }
  }

  private io.fabric8.kubernetes.api.model.events.v1.Event object(Recorded recorded) {
    Event event = recorded.event();
    String note = event.note();
    return new EventBuilder()
        .withNewMetadata()
        .withName(event.name() + "." + Long.toHexString(ThreadLocalRandom.current().nextLong()))
        .withNamespace(event.namespace().isEmpty() ? NAMESPACE : event.namespace())
        .endMetadata()
        .withEventTime(new MicroTime(MICROS.format(recorded.time())))
        .withReportingController(CONTROLLER)
        .withReportingInstance(CONTROLLER + "-" + node)
        .withAction(event.action())
        .withReason(event.reason())
        .withType(event.severity().word())
        .withNote(note.length() > LONGEST_NOTE ? note.substring(0, LONGEST_NOTE) : note)
        .withNewRegarding()
        .withApiVersion("v1")
        .withKind(event.kind())
        .withNamespace(event.namespace().isEmpty() ? null : event.namespace())
        .withName(event.name())
        // As kube-proxy and kubelet do, who do not know it; kubectl describe looks for this one.
        .withUid(
            event.namespace().isEmpty() ? event.name() : event.namespace() + "/" + event.name())
        .endRegarding()
        .build();
  }

  /** What waits still is forgotten. */
  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceName;
import dev.sluice.model.WellKnown;
import dev.sluice.source.ClusterObjects;
import dev.sluice.source.EventRecorder;
import dev.sluice.source.KubernetesObjects;
import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceCounts;
import dev.sluice.source.SourceStatus;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDR;
import io.fabric8.kubernetes.api.model.networking.v1.ServiceCIDRBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Kubernetes API: Services, EndpointSlices, ServiceCIDRs and this node's Node, filtered on the
 * server as kube-proxy does (rules 3 to 6). Nothing is told before all four have been listed. While
 * no API server can be reached, what was told stays in force.
 */
public final class KubernetesSource implements ServiceSource {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesSource.class);

  private final ApiAccess access;
  private final String nodeName;
  private final ClusterState state = new ClusterState(Instant.now());
  private final ApiServers servers;
  private final ApiEvents events;
  private volatile Optional<Instant> lastEvent = Optional.empty();
  private volatile ApiClient client;
  private volatile List<Follower<?>> followers = List.of();
  private Optional<FutureTask<Void>> reading = Optional.empty();
  private Thread thread;

  /**
   * @param nodeName the name of this node's Node object
   */
  public KubernetesSource(ApiAccess access, String nodeName) {
    this.access = access;
    this.nodeName = nodeName;
    this.servers = new ApiServers(access.servers(), Clock.systemUTC(), state::stir);
    this.events = new ApiEvents(nodeName, Clock.systemUTC());
  }

  /** The client takes about as long to be set up as the programs: neither waits for the other. */
  @Override
  public synchronized void prepare() {
    if (reading.isEmpty()) {
      FutureTask<Void> task = new FutureTask<>(this::read, null);
      reading = Optional.of(task);
      Thread.ofPlatform().daemon().name("kubernetes client").start(task);
    }
  }

  private void read() {
    client = new ApiClient(access.credentials(), servers);
    followers = followers(client.client());
    followers.forEach(Follower::start);
  }

  @Override
  public synchronized void start(Listener listener) {
    if (thread != null) {
      throw new IllegalStateException("already started");
    }
    prepare();
    awaitReading();
    thread = Thread.ofVirtual().name("kubernetes").start(new Teller(state, servers, listener));
    events.start(client.client());
  }

  /** What was wrong is thrown here. */
  private void awaitReading() {
    try {
      reading.orElseThrow().get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException(
          "the API client cannot be set up: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the API client was set up", e);
    }
  }

  private List<Follower<?>> followers(KubernetesClient api) {
    return List.of(
        new Follower<Service>(
            Resource.SERVICES,
            api.services()
                .inAnyNamespace()
                .withoutLabel(WellKnown.SERVICE_PROXY_NAME)
                .withoutField("spec.clusterIP", "None"),
            () -> new ServiceBuilder().withNewMetadata().endMetadata().build(),
            state,
            (object, warnings) -> state.put(KubernetesObjects.service(object)),
            object -> state.removeService(name(object.getMetadata())),
            this::eventSeen),
        new Follower<EndpointSlice>(
            Resource.ENDPOINT_SLICES,
            api.discovery().v1().endpointSlices().inAnyNamespace().withoutLabel(WellKnown.HEADLESS),
            () -> new EndpointSliceBuilder().withNewMetadata().endMetadata().build(),
            state,
            (object, warnings) ->
                KubernetesObjects.endpointSlice(object, warnings)
                    .ifPresentOrElse(
                        slice -> state.put(slice, KubernetesObjects.lastChangeTrigger(object)),
                        () -> removeSlice(object)),
            this::removeSlice,
            this::eventSeen),
        new Follower<Node>(
            Resource.NODES,
            api.nodes().withField("metadata.name", nodeName),
            () -> new NodeBuilder().withNewMetadata().endMetadata().build(),
            state,
            (object, warnings) -> state.setNode(ClusterObjects.node(object)),
            object -> state.setNode(RegisteredNode.UNKNOWN),
            this::eventSeen),
        new Follower<ServiceCIDR>(
            Resource.SERVICE_CIDRS,
            api.resources(ServiceCIDR.class),
            () -> new ServiceCIDRBuilder().withNewMetadata().endMetadata().build(),
            state,
            (object, warnings) ->
                state.putServiceCidr(
                    object.getMetadata().getName(), ClusterObjects.serviceCidrs(object)),
            object -> state.removeServiceCidr(object.getMetadata().getName()),
            this::eventSeen));
  }

  private static ServiceName name(ObjectMeta metadata) {
    return new ServiceName(KubernetesObjects.namespace(metadata), metadata.getName());
  }

  private void removeSlice(EndpointSlice object) {
    state.removeSlice(
        KubernetesObjects.namespace(object.getMetadata()), object.getMetadata().getName());
  }

  private void eventSeen() {
    lastEvent = Optional.of(Instant.now());
  }

  @Override
  public SourceStatus status() {
    Set<Resource> missing = state.unsynced();
    String waiting =
        missing.isEmpty()
            ? ""
            : "; waiting for the first list of "
                + missing.stream()
                    .map(Resource::toString)
                    .sorted()
                    .collect(Collectors.joining(", "));
    return new SourceStatus(
        "API server " + servers.servers(), servers.state() + waiting, lastEvent);
  }

  @Override
  public EventRecorder events() {
    return events;
  }

  @Override
  public SourceCounts counts() {
    SourceCounts changes = state.changes();
    Map<String, Long> lists = new TreeMap<>();
    followers.forEach(follower -> lists.put(follower.resource().toString(), follower.lists()));
    return new SourceCounts(
        changes.serviceChanges(),
        changes.endpointChanges(),
        changes.servicesPending(),
        changes.endpointsPending(),
        lists,
        Stream.of(lastEvent, servers.lastAnswer())
            .flatMap(Optional::stream)
            .max(Comparator.naturalOrder()),
        servers.requests());
  }

  @Override
  public synchronized void close() {
    if (reading.isEmpty()) {
      return;
    }
    try {
      awaitReading();
    } catch (RuntimeException e) {
      LOG.debug("not all of the client was set up", e);
    }
    followers.forEach(Follower::close);
    events.close();
    if (client != null) {
      client.close();
    }
    if (thread == null) {
      return;
    }
    thread.interrupt();
    try {
      if (!Thread.currentThread().equals(thread)) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.source.SourceException;
import dev.sluice.source.SourceProblem;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ExceptionHandler;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.net.HttpURLConnection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps the objects of one resource in the {@link ClusterState}: lists them once, watches them from
 * then on, and lists again only when the API server says that it has forgotten the changes since
 * (410).
 */
final class Follower<T extends HasMetadata> implements ResourceEventHandler<T>, AutoCloseable {
  /** As client-go does; a list is read page by page, so that it never is in memory as a whole. */
  private static final long PAGE = 500;

  private final Resource resource;
  private final ClusterState state;
  private final Reader<T> reader;
  private final Consumer<T> remover;
  private final Runnable onEvent;
  private final SharedIndexInformer<T> informer;
  private final LongAdder lists = new LongAdder();

  /** Reads an object into the state. */
  @FunctionalInterface
  interface Reader<T> {
    /**
     * Keeps what plans need of the object.
     *
     * @param warnings hears of parts that are left out
     * @throws SourceException if the object is not valid; what it said before stays in force
     */
    void read(T object, Consumer<String> warnings);
  }

  /**
   * Prepares to follow; {@link #start} begins.
   *
   * @param factory makes an object without content
   * @param remover is given an object that has nothing but namespace and name
   */
  Follower(
      Resource resource,
      Informable<T> objects,
      Supplier<T> factory,
      ClusterState state,
      Reader<T> reader,
      Consumer<T> remover,
      Runnable onEvent) {
    this.resource = resource;
    this.state = state;
    this.reader = reader;
    this.remover = remover;
    this.onEvent = onEvent;
    this.informer = objects.withLimit(PAGE).runnableInformer(0);
    informer
        .removeNamespaceIndex()
        .itemStore(new ResourceVersions<>(factory))
        .exceptionHandler(this::tryAgain)
        .addEventHandler(this);
  }

  Resource resource() {
    return resource;
  }

  /** How often it was listed in full. */
  long lists() {
    return lists.sum();
  }

  void start() {
    var unused = informer.start();
  }

  @Override
  public void onAdd(T object) {
    update(object);
  }

  @Override
  public void onUpdate(T before, T object) {
    update(object);
  }

  private void update(T object) {
    onEvent.run();
    Set<SourceProblem> problems = new LinkedHashSet<>();
    try {
      reader.read(object, warning -> problems.add(problem(object, warning)));
    } catch (SourceException e) {
      problems.add(problem(object, e.getMessage() + "; what it said before stays in force"));
    }
    state.setProblems(identity(object), problems);
  }

  @Override
  public void onDelete(T object, boolean contentUnknown) {
    onEvent.run();
    remover.accept(object);
    state.setProblems(identity(object), Set.of());
  }

  @Override
  public void onList(String resourceVersion, boolean remainedEmpty) {
    lists.increment();
    state.setProblems(resource.toString(), Set.of());
    state.synced(resource);
  }

  /**
   * Everything is tried again for ever, but for ServiceCIDRs of an API server that does not know
   * them (before Kubernetes 1.33, unless they were enabled): there are none then.
   */
  private boolean tryAgain(boolean started, Throwable failure) {
    Throwable cause = failure;
    while (!(cause instanceof KubernetesClientException) && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (resource == Resource.SERVICE_CIDRS
        && cause instanceof KubernetesClientException refusal
        && refusal.getCode() == HttpURLConnection.HTTP_NOT_FOUND) {
      state.synced(resource);
      return false;
    }
    if (ExceptionHandler.isDeserializationException(failure)) {
      state.setProblems(
          resource.toString(),
          Set.of(
              new SourceProblem(
                  "API server", 0, resource.toString(), "cannot be read: " + failure)));
    }
    return true;
  }

  private SourceProblem problem(T object, String reason) {
    return new SourceProblem("API server", 0, identity(object), reason);
  }

  /** Kind, namespace and name; {@code getKind()} is a constant of the class. */
  private static String identity(HasMetadata object) {
    String namespace = object.getMetadata().getNamespace();
    String name = object.getMetadata().getName();
    return object.getKind() + " " + (namespace == null ? name : namespace + "/" + name);
  }

  @Override
  public void close() {
    informer.stop();
  }
}

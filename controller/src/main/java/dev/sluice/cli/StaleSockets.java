// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.StaleSocketFinder;
import dev.sluice.loader.BpfException;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.NodeException;
import dev.sluice.node.SocketDestruction;
import dev.sluice.node.SocketIdentity;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Destroys connected UDP sockets whose backend is gone. Nothing else tells their program: a socket
 * hook sees the connect() but none of the datagrams, and no packet of theirs is translated. The
 * program gets ECONNABORTED when it reads or waits, EDESTADDRREQ when it sends, and reaches another
 * backend when it connects again.
 *
 * <p>It has a thread of its own, so that Services are installed without waiting for it, and one
 * search does for all backends that went meanwhile.
 */
final class StaleSockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StaleSockets.class);

  /** Backends go in groups, and a connect() that has just chosen one is to be over. */
  private static final Duration SETTLING = Duration.ofMillis(10);

  /**
   * After a search there is none for so many times as long as it took, however often backends go;
   * but a busy machine, on which a search takes long, is no reason for queries to be lost longer
   * than a resolver waits before it asks again.
   */
  private static final int REST = 19;

  private static final Duration LONGEST_REST = Duration.ofMillis(300);

  /** After a failure, if nobody asks for a search sooner. */
  private static final Duration RETRY = Duration.ofSeconds(30);

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final LoadedObjects objects;
  private final KernelFeatures features;
  private final Semaphore requests = new Semaphore(0);
  private final Thread thread =
      Thread.ofPlatform().name("stale-sockets").daemon().unstarted(this::run);
  private final Set<String> logged = new HashSet<>();
  private volatile AgentStatus.StaleSocketStatus status =
      new AgentStatus.StaleSocketStatus(0, 0, 0, "");

  StaleSockets(LoadedObjects objects, KernelFeatures features) {
    this.objects = objects;
    this.features = features;
  }

  /** Without what it needs of the kernel it does nothing, and says so once and in the status. */
  void start() {
    thread.start();
  }

  /** Asks for a search soon. Returns at once. */
  void request() {
    requests.release();
  }

  AgentStatus.StaleSocketStatus status() {
    return status;
  }

  private void run() {
    try (StaleSocketFinder finder =
        new StaleSocketFinder(objects, features.has(KernelFeature.SOCKET_COOKIE))) {
      searchWhenAsked(finder);
    } catch (BpfException e) {
      note(new SocketDestruction.Result(0, 0, List.of("cannot be found: " + e.getMessage())));
    } catch (InterruptedException e) {
      LOG.debug("no more stale sockets are looked for", e);
    }
  }

  private void searchWhenAsked(StaleSocketFinder finder) throws InterruptedException {
    boolean failed = false;
    while (true) {
      if (failed) {
        boolean unused = requests.tryAcquire(RETRY.toMillis(), TimeUnit.MILLISECONDS);
      } else {
        requests.acquire();
      }
      Thread.sleep(SETTLING);
      requests.drainPermits();
      long begun = System.nanoTime();
      SocketDestruction.Result result = search(finder);
      note(result);
      failed = !result.failures().isEmpty();
      Thread.sleep(rest(Duration.ofNanos(System.nanoTime() - begun)));
    }
  }

  private static Duration rest(Duration search) {
    Duration rest = search.multipliedBy(REST);
    return rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST;
  }

  private static SocketDestruction.Result search(StaleSocketFinder finder)
      throws InterruptedException {
    try {
      return SocketDestruction.destroy(
          finder.find().stream()
              .map(
                  socket ->
                      new SocketIdentity(socket.namespace(), socket.family(), socket.identity()))
              .toList());
    } catch (NodeException | BpfException e) {
      return new SocketDestruction.Result(0, 0, List.of(e.getMessage()));
    }
  }

  private void note(SocketDestruction.Result result) {
    if (result.destroyed() > 0) {
      LOG.info("{} connected UDP sockets destroyed: their backends are gone", result.destroyed());
    }
    for (String failure : result.failures()) {
      if (logged.add(failure)) {
        LOG.warn("stale UDP sockets: {}", failure);
      }
    }
    AgentStatus.StaleSocketStatus before = status;
    status =
        new AgentStatus.StaleSocketStatus(
            before.searches() + 1,
            before.destroyed() + result.destroyed(),
            before.undestroyed() + result.undestroyed(),
            result.failures().isEmpty() ? before.lastFailure() : result.failures().getLast());
  }

  /** Waits until no search runs any more. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      if (thread.isAlive() && !thread.join(PATIENCE)) {
        LOG.warn("the search for stale sockets does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

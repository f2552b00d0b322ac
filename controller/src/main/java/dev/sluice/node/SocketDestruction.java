// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Destroys UDP sockets, in whichever network namespaces of the machine they are, and nothing but
 * those.
 */
public final class SocketDestruction {
  /**
   * What came of it. Sockets that had gone by themselves are neither destroyed nor undestroyed.
   *
   * @param failures what went wrong, a line each, without repetition
   */
  public record Result(int destroyed, int undestroyed, List<String> failures) {
    public Result {
      failures = List.copyOf(failures);
    }
  }

  private final Map<Long, List<SocketIdentity>> byNamespace = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private int destroyed;
  private int undestroyed;

  private SocketDestruction(Collection<SocketIdentity> sockets) {
    for (SocketIdentity socket : sockets) {
      byNamespace.computeIfAbsent(socket.namespace(), key -> new ArrayList<>()).add(socket);
    }
  }

  /**
   * Destroys sockets. The work is done on a thread of its own, which enters one network namespace
   * after the other and ends: a thread that stayed would keep a pod's namespace alive.
   *
   * @return also what failed, which concerns nobody but the operator
   * @throws InterruptedException if this thread is; the work is done all the same
   */
  public static Result destroy(Collection<SocketIdentity> sockets) throws InterruptedException {
    if (sockets.isEmpty()) {
      return new Result(0, 0, List.of());
    }
    SocketDestruction destruction = new SocketDestruction(sockets);
    FutureTask<Result> task = new FutureTask<>(destruction::everywhere);
    Thread thread = Thread.ofPlatform().name("socket-destruction").daemon().start(task);
    try {
      return task.get();
    } catch (ExecutionException e) {
      throw new NodeException("while destroying sockets", e.getCause());
    } finally {
      thread.join();
    }
  }

  /**
   * Whether this kernel can do it.
   *
   * @return what the kernel's configuration lacks, or empty
   * @throws NodeException if it does not tell
   */
  public static Optional<String> missing() {
    try (SocketDiagnosis diagnosis = SocketDiagnosis.open()) {
      return diagnosis.missing();
    }
  }

  private Result everywhere() {
    try {
      Map<String, List<Path>> namespaces = NetworkNamespaces.find(Path.of("/"));
      byNamespace.forEach(
          (number, sockets) -> {
            String name = "net:[" + number + "]";
            destroy(sockets, name, namespaces.getOrDefault(name, List.of()));
          });
    } catch (NodeException e) {
      fail(e.getMessage(), byNamespace.values().stream().mapToInt(List::size).sum());
    }
    return new Result(destroyed, undestroyed, failures);
  }

  private void destroy(List<SocketIdentity> sockets, String name, List<Path> files) {
    if (files.isEmpty()) {
      fail(
          "network namespace "
              + name
              + " is not to be found; the agent needs the machine's PID namespace (hostPID: true) and"
              + " CAP_SYS_PTRACE",
          sockets.size());
      return;
    }
    try {
      if (!NetworkNamespaces.enter(files)) {
        return;
      }
      try (SocketDiagnosis diagnosis = SocketDiagnosis.open()) {
        sockets.forEach(socket -> destroy(diagnosis, socket));
      }
    } catch (NodeException e) {
      fail("in network namespace " + name + ": " + e.getMessage(), sockets.size());
    }
  }

  private void destroy(SocketDiagnosis diagnosis, SocketIdentity socket) {
    try {
      if (diagnosis.destroy(socket)) {
        destroyed++;
      }
    } catch (NodeException e) {
      fail(e.getMessage(), 1);
    }
  }

  private void fail(String failure, int sockets) {
    undestroyed += sockets;
    if (!failures.contains(failure)) {
      failures.add(failure);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Runs code of this JVM in a network namespace. */
final class NetworkNamespace {
  private NetworkNamespace() {}

  static Path path(String name) {
    return Path.of("/run/netns", name);
  }

  /**
   * Runs {@code action} on a new platform thread which has entered the namespace; sockets that it
   * opens belong there for good, whichever thread uses them later. The cgroup stays this JVM's.
   */
  static <T> T call(Path namespace, Callable<T> action) throws Exception {
    FutureTask<T> task =
        new FutureTask<>(
            () -> {
              int descriptor = Libc.openForReading(namespace.toString());
              try {
                Libc.enterNetworkNamespace(descriptor);
              } finally {
                Libc.close(descriptor);
              }
              return action.call();
            });
    Thread.ofPlatform().name("in " + namespace.getFileName()).daemon().start(task);
    try {
      return task.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw failure;
    }
  }
}

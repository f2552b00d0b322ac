// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Work on a platform thread of its own, beside the caller's. (A new thread is in its maker's
 * network namespace; one of a pool need not be.)
 */
final class Aside<T> {
  private final CompletableFuture<T> result;

  private Aside(CompletableFuture<T> result) {
    this.result = result;
  }

  static <T> Aside<T> start(Supplier<T> work) {
    return new Aside<>(
        CompletableFuture.supplyAsync(
            work, task -> Thread.ofPlatform().daemon().name("loader").start(task)));
  }

  /** Waits for its end, however it ends. */
  void await() {
    result.exceptionally(failure -> null).join();
  }

  /**
   * Waits for its result.
   *
   * @throws RuntimeException the one that it ended with
   */
  T get() {
    try {
      return result.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw e;
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Work on a platform thread of its own, beside the caller's. (A new thread is in its maker's
 * network namespace; one of a pool need not be.)
 */
public final class Aside<T> {
  private final CompletableFuture<T> result;

  private Aside(CompletableFuture<T> result) {
    this.result = result;
  }

  public static <T> Aside<T> start(Supplier<T> work) {
    return new Aside<>(
        CompletableFuture.supplyAsync(
            work, task -> Thread.ofPlatform().daemon().name("loader").start(task)));
  }

  /** Waits for its end, however it ends. */
  void await() {
    result.exceptionally(failure -> null).join();
  }

  /** Does without the result, which is closed when it is there. */
  public void discard(Consumer<T> close) {
    CompletableFuture<Void> unused = result.thenAccept(close);
  }

  /**
   * Waits for its result.
   *
   * @throws RuntimeException the one that it ended with
   */
  public T get() {
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

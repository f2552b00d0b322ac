// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A client that is busy in the background. */
final class RunningTask<T> {
  private final FutureTask<T> task;

  RunningTask(Callable<T> work) {
    task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
  }

  T await() throws IOException {
    try {
      return task.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new LabException("a client in the background broke", failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", interrupted);
    }
  }
}

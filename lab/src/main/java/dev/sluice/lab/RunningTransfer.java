// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A transfer in the background. */
final class RunningTransfer {
  final TransferClient client;
  private final FutureTask<Transfer> task;

  RunningTransfer(TransferClient client) {
    this.client = client;
    task = new FutureTask<>(client::run);
    Thread.ofVirtual().start(task);
  }

  Transfer await() throws IOException {
    try {
      return task.get();
    } catch (ExecutionException failure) {
      if (failure.getCause() instanceof IOException cause) {
        throw cause;
      }
      throw new LabException("the transfer broke", failure.getCause());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", interrupted);
    }
  }
}

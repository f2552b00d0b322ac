// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

/** A transfer in the background. */
record RunningTransfer(TransferClient client, RunningTask<Transfer> task) {
  static RunningTransfer start(TransferClient client) {
    return new RunningTransfer(client, new RunningTask<>(client::run));
  }
}

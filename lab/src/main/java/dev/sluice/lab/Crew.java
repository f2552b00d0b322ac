// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.util.ArrayList;
import java.util.List;

/** Several virtual threads doing the same work. */
final class Crew {
  private Crew() {}

  /** Runs {@code work} on {@code size} threads and waits for all of them. */
  static void run(int size, Runnable work) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      threads.add(Thread.ofVirtual().start(work));
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", interrupted);
    }
  }
}

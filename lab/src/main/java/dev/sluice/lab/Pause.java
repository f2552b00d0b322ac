// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

/** Waits between two looks at something outside of this process. */
final class Pause {
  private Pause() {}

  static void millis(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted", interrupted);
    }
  }
}

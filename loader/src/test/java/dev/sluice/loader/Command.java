// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Runs a command of the system in the network namespace of the calling thread. */
final class Command {
  private static final long SECONDS = 20;

  private Command() {}

  /** Returns what it printed; fails if it fails or takes longer than 20 seconds. */
  static String run(String... words) {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(String.join(" ", words) + " hangs");
      }
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.exitValue() != 0) {
        throw new IllegalStateException(String.join(" ", words) + ": " + output);
      }
      return output;
    } catch (IOException failure) {
      throw new IllegalStateException(String.join(" ", words), failure);
    } catch (InterruptedException failure) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(String.join(" ", words), failure);
    }
  }
}

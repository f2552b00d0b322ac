// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A directory of the kernel's that a test has made: removed at the latest when this process ends.
 */
abstract class RemovedAtExit implements AutoCloseable {
  private final Path path;
  private final Thread atExit = Thread.ofPlatform().unstarted(this::removeUnchecked);

  RemovedAtExit(Path path) {
    this.path = path;
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  public final Path path() {
    return path;
  }

  /** Also for what is still in it. */
  abstract void remove() throws IOException, InterruptedException;

  @Override
  public final void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    removeUnchecked();
  }

  private void removeUnchecked() {
    try {
      remove();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

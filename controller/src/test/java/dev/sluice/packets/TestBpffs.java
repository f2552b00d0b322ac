// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A bpffs of its own, unmounted at the latest when this process ends. */
public final class TestBpffs implements AutoCloseable {
  private final Path path;
  private final Thread atExit;

  private TestBpffs(Path path) {
    this.path = path;
    this.atExit = Thread.ofPlatform().unstarted(this::remove);
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Skips the test where it cannot be mounted. */
  public static TestBpffs mount() {
    try {
      Path path = Files.createTempDirectory("sluice-test-");
      boolean mounted = run("mount", "-t", "bpf", "none", path.toString());
      if (!mounted) {
        Files.delete(path);
      }
      Assumptions.assumeTrue(mounted, "skipped: mounting a bpffs needs root");
      return new TestBpffs(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    Runtime.getRuntime().removeShutdownHook(atExit);
    remove();
  }

  private void remove() {
    try {
      run("umount", path.toString());
      Files.delete(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean run(String... command) throws IOException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}

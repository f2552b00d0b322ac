// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A bpffs of its own. */
public final class TestBpffs extends RemovedAtExit {
  private TestBpffs(Path path) {
    super(path);
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

  @Override
  void remove() throws IOException {
    run("umount", path().toString());
    Files.delete(path());
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

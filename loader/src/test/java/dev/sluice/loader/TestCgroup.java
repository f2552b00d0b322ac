// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A child cgroup of this test's own. */
final class TestCgroup implements AutoCloseable {
  private final Path directory;
  private final Cleanup cleanup;

  TestCgroup() {
    TestObjects.assumeRoot();
    try {
      directory = Files.createTempDirectory(mountPoint(), "sluice-loader-test-");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    cleanup = Cleanup.of(() -> directory.toFile().delete());
  }

  Path path() {
    return directory;
  }

  /** Runs a shell command as a member of this cgroup. */
  String run(String command) {
    return Command.run(
        "bash", "-c", "echo $$ > " + directory.resolve("cgroup.procs") + " && " + command);
  }

  @Override
  public void close() {
    cleanup.close();
  }

  private static Path mountPoint() throws IOException {
    for (String mount : Files.readAllLines(Path.of("/proc/self/mounts"))) {
      String[] fields = mount.split(" ", -1);
      if (fields[2].equals("cgroup2")) {
        return Path.of(fields[1]);
      }
    }
    assumeTrue(false, "cgroup v2 is not mounted");
    throw new IllegalStateException();
  }
}

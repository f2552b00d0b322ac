// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** A cgroup of version 2 with a name of its own. */
public final class TestCgroup extends RemovedAtExit {
  private TestCgroup(Path path) {
    super(path);
  }

  /** Skips the test where there is no such hierarchy. */
  public static TestCgroup create() {
    Optional<Path> root = root();
    Assumptions.assumeTrue(
        root.isPresent(), "skipped: no cgroup v2 is mounted, which socket hooks need");
    String name = "sluice-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try {
      return new TestCgroup(Files.createDirectory(root.orElseThrow().resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<Path> root() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
        List<String> fields = Arrays.asList(line.split(" ", -1));
        if (fields.get(2).equals("cgroup2")) {
          return Optional.of(Path.of(fields.get(1)));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends what still runs in it; a cgroup can be removed when its processes are gone. */
  @Override
  void remove() throws IOException, InterruptedException {
    kill();
    for (int attempt = 0; isPopulated() && attempt < 2000; attempt++) {
      Thread.sleep(1);
      kill(); // what was started just before may have entered it since
    }
    Files.deleteIfExists(path());
  }

  /** By one write where the kernel has {@code cgroup.kill}: since Linux 5.14. */
  private void kill() throws IOException {
    Path all = path().resolve("cgroup.kill");
    if (Files.exists(all)) {
      Files.writeString(all, "1");
      return;
    }
    for (String process : Files.readAllLines(path().resolve("cgroup.procs"))) {
      ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
    }
  }

  private boolean isPopulated() throws IOException {
    return Files.readString(path().resolve("cgroup.events")).contains("populated 1");
  }
}

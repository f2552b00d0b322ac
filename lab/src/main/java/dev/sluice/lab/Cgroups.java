// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The lab's own tree below the root of the cgroup v2 hierarchy. Every process of a lab is in it, so
 * ending a lab's processes is one write to {@code cgroup.kill}, which kernels have since Linux
 * 5.14.
 */
final class Cgroups {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Cgroups() {}

  /** The tree of the lab {@code id}; it need not exist. */
  static Path root(String id) {
    return mount().resolve("sluice-" + id);
  }

  static void create(Path cgroup) {
    try {
      Files.createDirectories(cgroup);
    } catch (IOException failure) {
      throw new LabException("cannot create the cgroup " + cgroup + ": " + failure, failure);
    }
  }

  /**
   * Kills all processes in and below {@code cgroup}, then removes it with all below. Again and
   * again, because a process that was started just before may enter the cgroup after the first
   * time.
   */
  static void remove(Path cgroup) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (Files.exists(cgroup)) {
      try {
        kill(cgroup);
        Pause.millis(2);
        for (Path directory : deepestFirst(cgroup)) {
          Files.deleteIfExists(directory);
        }
      } catch (IOException | UncheckedIOException occupied) {
        if (System.nanoTime() > deadline) {
          throw new LabException(
              "cannot remove the cgroup %s within %s: %s".formatted(cgroup, PATIENCE, occupied),
              occupied);
        }
      }
    }
  }

  private static void kill(Path cgroup) throws IOException {
    Path all = cgroup.resolve("cgroup.kill");
    if (Files.exists(all)) {
      Files.writeString(all, "1");
      return;
    }
    for (Path directory : deepestFirst(cgroup)) {
      for (String process : Files.readAllLines(directory.resolve("cgroup.procs"))) {
        ProcessHandle.of(Long.parseLong(process)).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  private static List<Path> deepestFirst(Path cgroup) throws IOException {
    try (Stream<Path> all = Files.walk(cgroup)) {
      return all.filter(Files::isDirectory).sorted(Comparator.reverseOrder()).toList();
    }
  }

  private static Path mount() {
    return Mounts.all().stream()
        .filter(mount -> mount.type().equals("cgroup2") && mount.root().equals("/"))
        .map(Mounts.Mount::target)
        .findFirst()
        .orElseThrow(
            () ->
                new LabException(
                    "no cgroup v2 hierarchy is mounted: mount -t cgroup2 none /sys/fs/cgroup"));
  }
}

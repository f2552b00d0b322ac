// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The memory limit under which this process runs: the lowest one of its cgroup and all cgroups
 * above it.
 */
final class CgroupMemory {
  /** Cgroup v1 says "no limit" with a number just below 2^63. */
  private static final long NO_LIMIT = 1L << 60;

  private CgroupMemory() {}

  /** In bytes, or empty if there is none. Reads cgroup v2 and v1. */
  static OptionalLong limit(Path root) {
    MountTable mounts = MountTable.read(root);
    OptionalLong lowest = OptionalLong.empty();
    for (String line : lines(root.resolve("proc/self/cgroup"))) {
      // hierarchy:controllers:path, the controllers being empty for v2
      String[] fields = line.split(":", 3);
      if (fields.length < 3) {
        continue;
      }
      List<String> controllers = Arrays.asList(fields[1].split(",", -1));
      if (fields[1].isEmpty()) {
        lowest = lower(lowest, walk(root, mounts.ofType("cgroup2"), fields[2], "memory.max"));
      } else if (controllers.contains("memory")) {
        List<MountTable.Mount> memory =
            mounts.ofType("cgroup").stream()
                .filter(mount -> mount.options().contains("memory"))
                .toList();
        lowest = lower(lowest, walk(root, memory, fields[2], "memory.limit_in_bytes"));
      }
    }
    return lowest;
  }

  private static OptionalLong walk(
      Path root, List<MountTable.Mount> mounts, String cgroup, String file) {
    if (mounts.isEmpty()) {
      return OptionalLong.empty();
    }
    MountTable.Mount mount = mounts.getFirst();
    Path top = root.resolve(mount.point().toString().substring(1));
    // A container sees its cgroup mounted as a root but may be told its path from the machine's
    // root.
    String below =
        cgroup.startsWith(mount.root()) ? cgroup.substring(mount.root().length()) : cgroup;
    Path own = top.resolve(below.replaceFirst("^/+", "")).normalize();
    OptionalLong lowest = OptionalLong.empty();
    for (Path directory = Files.isDirectory(own) && own.startsWith(top) ? own : top;
        directory != null && directory.startsWith(top);
        directory = directory.getParent()) {
      lowest = lower(lowest, read(directory.resolve(file)));
    }
    return lowest;
  }

  private static OptionalLong read(Path file) {
    Optional<String> text = lines(file).stream().findFirst().map(String::strip);
    if (text.isEmpty() || text.get().equals("max")) {
      return OptionalLong.empty();
    }
    long limit = Long.parseLong(text.get());
    return limit >= NO_LIMIT ? OptionalLong.empty() : OptionalLong.of(limit);
  }

  private static OptionalLong lower(OptionalLong one, OptionalLong other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    return OptionalLong.of(Math.min(one.getAsLong(), other.getAsLong()));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new NodeException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }
}

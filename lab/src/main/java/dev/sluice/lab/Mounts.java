// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The mounts of this machine, and the lab's bpffs directories among them. */
final class Mounts {
  private Mounts() {}

  /** A line of {@code /proc/self/mountinfo}. */
  record Mount(String root, Path target, String type) {}

  static List<Mount> all() {
    try {
      List<Mount> mounts = new ArrayList<>();
      for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
        List<String> fields = Arrays.asList(line.split(" ", -1));
        int separator = fields.indexOf("-");
        mounts.add(new Mount(fields.get(3), Path.of(fields.get(4)), fields.get(separator + 1)));
      }
      return mounts;
    } catch (IOException failure) {
      throw new LabException("cannot read /proc/self/mountinfo", failure);
    }
  }

  static List<Path> below(Path directory) {
    return all().stream().map(Mount::target).filter(path -> path.startsWith(directory)).toList();
  }

  static void bpf(List<Path> directories) {
    StringBuilder script = new StringBuilder("set -e\n");
    directories.forEach(path -> script.append("mount -t bpf none ").append(path).append('\n'));
    Shell.script(script.toString());
  }

  static void unmountBelow(Path directory) {
    List<Path> mounts = below(directory);
    if (mounts.isEmpty()) {
      return;
    }
    List<String> command = new ArrayList<>(List.of("umount", "--lazy"));
    mounts.forEach(path -> command.add(path.toString()));
    Shell.run(command, "", Duration.ofSeconds(10));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.file.Path;
import java.util.OptionalLong;

/** The file system in which maps and programs are pinned. */
public final class BpfFileSystem {
  private static final long MAGIC = 0xcafe4a11L;
  private static final String TYPE = "bpf";

  private BpfFileSystem() {}

  /** Whether a directory is in one, or will be once it and its parents have been made. */
  public static boolean contains(Machine machine, Path directory) {
    Path existing = directory.toAbsolutePath().normalize();
    while (machine.fileSystemType(existing).isEmpty() && existing.getParent() != null) {
      existing = existing.getParent();
    }
    OptionalLong type = machine.fileSystemType(existing);
    return type.isPresent() && type.getAsLong() == MAGIC;
  }

  /**
   * Mounts one over a directory.
   *
   * @throws NodeException if the kernel refuses
   */
  public static void mount(Path directory) {
    int result = LinuxCalls.mount(TYPE, directory.toString());
    if (result < 0) {
      throw new NodeException("mounting a bpffs on " + directory, -result);
    }
  }
}

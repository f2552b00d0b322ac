// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine's processors, whatever share of them this process may use. */
public final class Processors {
  private Processors() {}

  /**
   * How many are online; those of this process if the kernel does not tell.
   *
   * @param root the root of the file system, {@code /} but for tests
   */
  public static int online(Path root) {
    try {
      String list = Files.readString(root.resolve("sys/devices/system/cpu/online")).strip();
      int count = 0;
      for (String range : list.split(",", -1)) {
        count += PortRange.parse(range).size();
      }
      return count;
    } catch (IOException | IllegalArgumentException e) {
      return Runtime.getRuntime().availableProcessors();
    }
  }
}

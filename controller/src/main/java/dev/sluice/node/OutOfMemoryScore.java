// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** How readily the kernel kills this process when memory runs out (proc_pid_oom_score_adj(5)). */
public final class OutOfMemoryScore {
  private final Path file;

  /**
   * @param root the root of the file system, {@code /} but for tests
   */
  public OutOfMemoryScore(Path root) {
    this.file = root.resolve("proc/self/oom_score_adj");
  }

  /**
   * Sets the adjustment of this process.
   *
   * @param adjustment -1000 (never) to 1000 (first)
   * @return why it could not be set, if so; that harms nothing as long as there is memory
   */
  public Optional<String> adjust(int adjustment) {
    String wanted = Integer.toString(adjustment);
    try {
      if (!Files.readString(file).strip().equals(wanted)) {
        Files.writeString(file, wanted, StandardOpenOption.WRITE);
      }
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(
          "oomScoreAdj %s is not set; to lower it takes CAP_SYS_RESOURCE (%s)"
              .formatted(wanted, e.getMessage()));
    }
  }
}

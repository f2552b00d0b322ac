// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutOfMemoryScoreTest {
  @TempDir private Path root;

  @Test
  @ShowsRules(237)
  void theAdjustmentIsWritten() throws IOException {
    Path file = Files.createDirectories(root.resolve("proc/self")).resolve("oom_score_adj");
    Files.writeString(file, "0\n");

    assertThat(new OutOfMemoryScore(root).adjust(-999)).isEmpty();
    assertThat(file).hasContent("-999");
  }

  @Test
  void oneThatCannotBeWrittenIsToldAndNoMore() {
    assertThat(new OutOfMemoryScore(root).adjust(-999))
        .hasValueSatisfying(
            line -> assertThat(line).contains("oomScoreAdj -999", "CAP_SYS_RESOURCE"));
  }
}

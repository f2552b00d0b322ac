// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.CompatibilityPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Stands in this module because it is the last one with tests that show rules. */
class CompatibilityPageTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  @Test
  void thePageOnFileIsTheOneThatTheTestsMake() throws IOException {
    assertThat(Files.readString(ROOT.resolve(CompatibilityPage.FILE)))
        .as("%s; %s writes it anew", CompatibilityPage.FILE, CompatibilityPage.UPDATE_COMMAND)
        .isEqualTo(CompatibilityPage.generate(ROOT));
  }
}

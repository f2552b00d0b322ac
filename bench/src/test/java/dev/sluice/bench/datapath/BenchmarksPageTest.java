// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** No figure on the page was typed by hand. */
class BenchmarksPageTest {
  private static final Path DOCS = Path.of("..", "docs");

  @Test
  void thePageSaysWhatTheReportSays() throws IOException {
    String page = Files.readString(DOCS.resolve("benchmarks.md"));
    Report report = ReportJson.read(Files.readString(DOCS.resolve("benchmarks/datapath.json")));
    assertThat(MarkdownPart.replaceIn(page, report))
        .as(
            "run bench/run.sh datapath --from docs/benchmarks/datapath.json --markdown docs/benchmarks.md")
        .isEqualTo(page);
  }
}

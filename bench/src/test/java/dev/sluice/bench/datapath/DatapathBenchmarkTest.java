// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark still runs; its figures are nobody's here. */
class DatapathBenchmarkTest {
  @TempDir private Path directory;

  @Test
  void everyCaseIsTimed() throws IOException {
    Path json = directory.resolve("rows.json");
    StringWriter out = new StringWriter();
    CommandLine command = new CommandLine(new DatapathBenchmark());
    command.setOut(new PrintWriter(out));
    int status =
        command.execute(
            "--rounds", "1", "--packets", "50", "--flows", "1,20", "--json", json.toString());
    assertThat(status).isZero();
    JsonNode rows = new ObjectMapper().readTree(json.toFile());
    // Of each family: two without a flow, four for each number of flows, two that open flows.
    assertThat(rows).hasSize(2 * (2 + 2 * 4 + 2));
    assertThat(rows).allMatch(row -> Double.isFinite(row.get("median").asDouble(Double.NaN)));
    assertThat(out.toString()).contains("tc_ingress: ").contains("instructions verified");
  }
}

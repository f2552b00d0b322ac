// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What a pipeline sees of {@code sluice verify}. */
class VerifyCommandTest {
  private static final String SHOP = "../docs/examples/scenarios/shop.yaml";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path temporary;

  private int verify(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "verify";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    CommandLine commandLine = Sluice.commandLine(all);
    commandLine.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int status = commandLine.execute(all);
    assumeTrue(status != 3, () -> "skipped: the programs cannot run here: " + err);
    return status;
  }

  @Test
  void flowsThatPassGiveALineEachAndStatusZero() {
    assertThat(verify(SHOP)).isZero();

    assertThat(out.toString())
        .contains("pass  shop behind a load balancer, as node-a sees it, step 1: a stranger is")
        .endsWith("1 scenarios, 5 flows: 5 passed, 0 failed\n");
  }

  @Test
  void aFlowThatDiffersGivesStatusOne() throws IOException {
    Path changed = temporary.resolve("changed.yaml");
    Files.writeString(
        changed, Files.readString(Path.of(SHOP)).replace("{verdict: drop}", "{verdict: reject}"));

    assertThat(verify(changed.toString(), "-o", "json")).isEqualTo(1);

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("scenarios").asInt()).isEqualTo(1);
    assertThat(report.path("flows").asInt()).isEqualTo(5);
    assertThat(report.path("passed").asInt()).isEqualTo(4);
    assertThat(report.path("failed").asInt()).isEqualTo(1);
    JsonNode failure = report.path("failures").path(0);
    assertThat(failure.path("file").asText()).isEqualTo(changed.toString());
    assertThat(failure.path("flow").asText()).isEqualTo("a stranger is dropped");
    assertThat(failure.path("expected").asText()).isEqualTo("reject");
    assertThat(failure.path("found").asText()).isEqualTo("drop (drop-source)");
  }

  @Test
  void throughOneHookWhatDoesNotComeByItIsLeftOutAndCounted() throws IOException {
    assertThat(verify(SHOP, "--hook", "xdp")).isZero();

    assertThat(out.toString())
        .contains("a customer reaches this node's pod only\n")
        .contains("      not run: does not enter by a NIC\n")
        .contains("      not run: needs a socket\n")
        .endsWith("1 scenarios, 2 flows: 2 passed, 0 failed; 3 more not run\n");

    out.getBuffer().setLength(0);
    assertThat(verify(SHOP, "--hook", "tc", "-o", "json")).isZero();

    JsonNode report = new ObjectMapper().readTree(out.toString());
    assertThat(report.path("flows").asInt()).isEqualTo(4);
    assertThat(report.path("passed").asInt()).isEqualTo(4);
    assertThat(report.path("skipped").asInt()).isEqualTo(1);
  }

  @Test
  void aBrokenFileGivesStatusTwoAndTheOthersStillRun() throws IOException {
    Path broken = temporary.resolve("broken.json");
    Files.writeString(broken, "{\"steps\": []}");

    assertThat(verify(broken.toString(), SHOP)).isEqualTo(2);

    assertThat(err.toString()).contains(broken + ", node: is missing");
    assertThat(out.toString()).endsWith("1 scenarios, 5 flows: 5 passed, 0 failed\n");
  }

  @Test
  void aDirectoryWithoutScenariosIsAnError() {
    assertThat(verify(temporary.toString())).isEqualTo(2);

    assertThat(err.toString()).contains("holds no file that ends in .json, .yaml or .yml");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.deploy.Overlay;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The arguments of the DaemonSet's containers are known to the command line. */
class DeploymentArgumentsTest {
  @ParameterizedTest
  @ValueSource(strings = {"base", "hardened", "monitoring"})
  void theCommandLineKnowsEveryArgument(String overlay) {
    JsonNode pod =
        Overlay.named(overlay).stream()
            .filter(object -> object.get("kind").asText().equals("DaemonSet"))
            .findFirst()
            .orElseThrow()
            .at("/spec/template/spec");
    assertThat(command(pod.at("/initContainers/0/args"))).isEqualTo("prepare");
    assertThat(command(pod.at("/containers/0/args"))).isEqualTo("run");
  }

  @Test
  void theConfigurationHasNoMistakes() {
    String file = Overlay.deploy().resolve("kustomize/base/config.yaml").toString();
    // With --config as the containers have it, too.
    for (String[] line : new String[][] {{"config", "check", file}, {"check", "--config", file}}) {
      CommandLine commandLine = Sluice.commandLine(line);
      assertThat(commandLine.parseArgs(line).errors()).isEmpty();
    }
    StringWriter errors = new StringWriter();
    CommandLine commandLine =
        Sluice.commandLine()
            .setOut(new PrintWriter(Writer.nullWriter()))
            .setErr(new PrintWriter(errors));
    assertThat(commandLine.execute("config", "check", file)).as("%s", errors).isZero();
  }

  private static String command(JsonNode arguments) {
    List<String> words =
        StreamSupport.stream(arguments.spliterator(), false).map(JsonNode::asText).toList();
    ParseResult parsed = Sluice.commandLine().parseArgs(words.toArray(String[]::new));
    assertThat(parsed.subcommand().unmatched()).isEmpty();
    return parsed.subcommand().commandSpec().name();
  }
}

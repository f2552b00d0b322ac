// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.verify.ScenarioReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Manifests in, a text dump of the plans out: {@code src/test/resources/plan/*.yaml} and {@code
 * .txt}. A YAML file holds, besides the objects, a document {@code kind: Scenario} with the node
 * and the configuration, in the words of {@code conformance/README.md}.
 *
 * <p>{@code mvn test -Dsluice.golden.update=true} writes the dumps anew; read the difference before
 * committing it.
 */
class PlanGoldenTest {
  private static final Path FILES = Path.of("src/test/resources/plan");
  private static final boolean UPDATE = Boolean.getBoolean("sluice.golden.update");

  @TempDir Path temporary;

  @TestFactory
  Stream<DynamicTest> theDumpIsTheOneOnFile() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList().stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> compare(file)));
    }
  }

  private void compare(Path file) throws IOException, InterruptedException {
    JsonNode scenario;
    try (var documents =
        YAMLMapper.builder()
            .build()
            .readerFor(JsonNode.class)
            .<JsonNode>readValues(file.toFile())) {
      scenario = documents.nextValue();
    }
    assertThat(scenario.path("kind").asText()).as("first document").isEqualTo("Scenario");
    NodeFacts node = ScenarioReader.node(scenario.path("node"));
    ProxyConfig config = ScenarioReader.config(scenario.path("config"));
    Path directory = Files.createTempDirectory(temporary, "manifests");
    Files.copy(file, directory.resolve("objects.yaml"));
    Planner planner = new Planner(node, config);
    String dump =
        ManifestStates.read(directory).stream()
            .map(planner::plan)
            .map(PlanDump::dump)
            .collect(Collectors.joining("\n"));
    Path golden = Path.of(file.toString().replaceAll("\\.yaml$", ".txt"));
    if (UPDATE) {
      Files.writeString(golden, dump);
    }
    assertThat(golden).as("run with -Dsluice.golden.update=true to write it").exists();
    assertThat(dump).isEqualTo(Files.readString(golden));
  }
}

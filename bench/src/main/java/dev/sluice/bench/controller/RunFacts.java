// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.bench.common.MachineFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What JMH's own file does not say of a run, in a file beside it.
 *
 * @param command how to do the same again
 */
public record RunFacts(MachineFacts machine, String command) {
  private static final String JSON_SUFFIX = ".json";
  private static final ObjectMapper JSON =
      new ObjectMapper().setVisibility(PropertyAccessor.FIELD, JsonAutoDetect.Visibility.ANY);

  /** {@code jmh-machine.json} for {@code jmh.json}. */
  public static String fileBeside(String results) {
    String stem =
        results.endsWith(JSON_SUFFIX)
            ? results.substring(0, results.length() - JSON_SUFFIX.length())
            : results;
    return stem + "-machine" + JSON_SUFFIX;
  }

  static void write(Path results, List<String> arguments) throws IOException {
    RunFacts facts =
        new RunFacts(
            MachineFacts.read(),
            ("bench/run.sh jmh " + String.join(" ", arguments)).stripTrailing());
    Files.writeString(
        results.resolveSibling(fileBeside(results.getFileName().toString())),
        JSON.valueToTree(facts).toPrettyString() + "\n");
  }

  /** Takes out of JMH's results where on this machine its JVM is. */
  static void withoutPaths(Path results) throws IOException {
    JsonNode runs = JSON.readTree(Files.readString(results));
    for (JsonNode run : runs) {
      ((ObjectNode) run).put("jvm", "java");
    }
    Files.writeString(results, runs.toString() + "\n");
  }

  /**
   * Reads what was written beside results.
   *
   * @throws IllegalArgumentException if it is something else
   */
  public static RunFacts read(String text) {
    try {
      return JSON.readValue(text, RunFacts.class);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "not what bench/run.sh jmh writes of its machine: " + e.getOriginalMessage(), e);
    }
  }
}

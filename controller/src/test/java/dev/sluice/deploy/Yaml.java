// SPDX-License-Identifier: Apache-2.0
package dev.sluice.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** YAML as trees. */
final class Yaml {
  private static final YAMLMapper MAPPER =
      new YAMLMapper(
          YAMLFactory.builder().disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER).build());

  private Yaml() {}

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The documents of a text, without empty ones. */
  static List<ObjectNode> documents(String text) {
    try {
      List<ObjectNode> documents = new ArrayList<>();
      for (JsonNode document :
          MAPPER.readerFor(JsonNode.class).<JsonNode>readValues(text).readAll()) {
        if (document instanceof ObjectNode object) {
          documents.add(object);
        }
      }
      return documents;
    } catch (IOException e) {
      throw new UncheckedIOException(text, e);
    }
  }

  static String write(JsonNode tree) {
    try {
      return MAPPER.writeValueAsString(tree).stripTrailing();
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A strategic merge patch, as far as ours go: objects are merged, lists of objects by their
   * names, and other lists are replaced.
   */
  static void patch(ObjectNode target, ObjectNode patch) {
    for (Map.Entry<String, JsonNode> change : patch.properties()) {
      JsonNode old = target.get(change.getKey());
      if (old instanceof ObjectNode object && change.getValue() instanceof ObjectNode more) {
        patch(object, more);
      } else if (old instanceof ArrayNode list && isNamed(change.getValue())) {
        change.getValue().forEach(element -> patchElement(list, (ObjectNode) element));
      } else {
        target.set(change.getKey(), change.getValue());
      }
    }
  }

  private static boolean isNamed(JsonNode list) {
    return list.isArray() && !list.isEmpty() && list.get(0).has("name");
  }

  private static void patchElement(ArrayNode list, ObjectNode patch) {
    for (JsonNode element : list) {
      if (element.get("name").equals(patch.get("name"))) {
        patch((ObjectNode) element, patch);
        return;
      }
    }
    list.add(patch);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.Stream;

/** Reading Kubernetes objects: a field that is missing and one that is null are the same. */
final class Fields {
  private Fields() {}

  static String text(JsonNode object, String field) {
    return isNull(object, field) ? "" : object.get(field).asText();
  }

  static boolean isNull(JsonNode object, String field) {
    return !object.hasNonNull(field);
  }

  static int number(JsonNode object, String field) {
    return object.path(field).asInt(0);
  }

  static Stream<JsonNode> items(JsonNode object, String field) {
    return object.path(field).valueStream();
  }

  static List<String> texts(JsonNode object, String field) {
    return items(object, field).map(JsonNode::asText).toList();
  }

  static List<Network> networks(JsonNode object, String field) {
    return texts(object, field).stream().map(Network::parse).toList();
  }

  /** {@code namespace/name}. */
  static String key(JsonNode object, String name) {
    String namespace = text(object.path("metadata"), "namespace");
    return (namespace.isEmpty() ? "default" : namespace) + "/" + name;
  }

  static boolean hasLabel(JsonNode object, String label) {
    return object.path("metadata").path("labels").hasNonNull(label);
  }
}

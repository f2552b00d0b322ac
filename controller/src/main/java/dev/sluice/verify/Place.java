// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A value in a scenario file together with the way to it, so that whatever is wrong can be named.
 *
 * @param path such as {@code steps[0].flows[2].port}; empty for the document
 */
record Place(String file, String path, JsonNode value) {

  Place get(String field) {
    if (!value.isObject()) {
      throw wrong("a mapping is expected");
    }
    return new Place(file, path.isEmpty() ? field : path + "." + field, value.path(field));
  }

  /** Neither missing nor null. */
  boolean isPresent() {
    return !value.isMissingNode() && !value.isNull();
  }

  /** The elements of a list; none if there is no list. */
  List<Place> elements() {
    if (!isPresent()) {
      return List.of();
    }
    if (!value.isArray()) {
      throw wrong("a list is expected");
    }
    List<Place> elements = new ArrayList<>();
    for (JsonNode element : value) {
      elements.add(new Place(file, path + "[" + elements.size() + "]", element));
    }
    return elements;
  }

  String text() {
    if (!isPresent()) {
      throw wrong("is missing");
    }
    if (!value.isTextual()) {
      throw wrong("a text is expected, not " + value);
    }
    return value.textValue();
  }

  Optional<String> optionalText() {
    return isPresent() ? Optional.of(text()) : Optional.empty();
  }

  Map<String, String> texts() {
    Map<String, String> texts = new HashMap<>();
    if (isPresent()) {
      if (!value.isObject()) {
        throw wrong("a mapping is expected");
      }
      value.properties().forEach(entry -> texts.put(entry.getKey(), get(entry.getKey()).text()));
    }
    return texts;
  }

  boolean truth(boolean otherwise) {
    if (!isPresent()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw wrong("true or false is expected, not " + value);
    }
    return value.booleanValue();
  }

  int port() {
    if (!value.isInt() || value.intValue() < 1 || value.intValue() > 65535) {
      throw wrong("a port (1 to 65535) is expected" + (isPresent() ? ", not " + value : ""));
    }
    return value.intValue();
  }

  /** The text as what {@code parse} makes of it. */
  <T> T as(Function<String, T> parse) {
    try {
      return parse.apply(text());
    } catch (IllegalArgumentException e) {
      throw wrong(e.getMessage());
    }
  }

  ScenarioException wrong(String reason) {
    return new ScenarioException(file, path, reason);
  }
}

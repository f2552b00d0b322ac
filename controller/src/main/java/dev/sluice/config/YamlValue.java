// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import com.fasterxml.jackson.core.JsonToken;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A YAML value that remembers its line, and every field as often as it was written: which ones are
 * unknown or twice there is for the reader to judge, and to name all together.
 */
sealed interface YamlValue {
  /** From 1. */
  int line();

  /** For what is not looked into. */
  String text();

  /**
   * A value without parts.
   *
   * @param token its type by YAML's rules
   */
  record Scalar(JsonToken token, String text, int line) implements YamlValue {
    boolean isNull() {
      return token == JsonToken.VALUE_NULL;
    }
  }

  record Sequence(List<YamlValue> values, int line) implements YamlValue {
    public Sequence {
      values = List.copyOf(values);
    }

    @Override
    public String text() {
      return values.stream().map(YamlValue::text).collect(Collectors.joining(","));
    }
  }

  record Mapping(List<Entry> entries, int line) implements YamlValue {
    public Mapping {
      entries = List.copyOf(entries);
    }

    @Override
    public String text() {
      return entries.stream()
          .map(entry -> entry.name() + "=" + entry.value().text())
          .collect(Collectors.joining(","));
    }
  }

  /** A field. */
  record Entry(String name, YamlValue value, int line) {}
}

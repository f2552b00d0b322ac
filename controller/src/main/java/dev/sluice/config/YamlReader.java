// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the documents of a YAML file. */
final class YamlReader {
  /** {@code off} is a word of ours, and to kube-proxy's decoder text as well. */
  private static final YAMLFactory YAML =
      YAMLFactory.builder().enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS).build();

  private final YAMLParser parser;

  private YamlReader(YAMLParser parser) {
    this.parser = parser;
  }

  /**
   * Reads all documents; empty ones are left out.
   *
   * @throws ConfigException if it is not YAML
   */
  static List<YamlValue> read(String name, String content) {
    List<YamlValue> documents = new ArrayList<>();
    try (YAMLParser parser = YAML.createParser(content)) {
      YamlReader reader = new YamlReader(parser);
      while (parser.nextToken() != null) {
        YamlValue document = reader.value();
        if (!(document instanceof YamlValue.Scalar scalar && scalar.isNull())) {
          documents.add(document);
        }
      }
    } catch (JsonProcessingException e) {
      throw new ConfigException(
          "%s:%d: not YAML: %s"
              .formatted(name, e.getLocation().getLineNr(), e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return documents;
  }

  private YamlValue value() throws IOException {
    int line = parser.currentTokenLocation().getLineNr();
    if (parser.isCurrentAlias()) {
      throw new ConfigException("line " + line + ": aliases are not understood; write it out");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(line);
      case START_ARRAY -> sequence(line);
      default -> new YamlValue.Scalar(parser.currentToken(), parser.getText(), line);
    };
  }

  private YamlValue mapping(int line) throws IOException {
    List<YamlValue.Entry> entries = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      int at = parser.currentTokenLocation().getLineNr();
      parser.nextToken();
      entries.add(new YamlValue.Entry(name, value(), at));
    }
    return new YamlValue.Mapping(entries, line);
  }

  private YamlValue sequence(int line) throws IOException {
    List<YamlValue> values = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      values.add(value());
    }
    return new YamlValue.Sequence(values, line);
  }
}

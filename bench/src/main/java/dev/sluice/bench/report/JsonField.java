// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A place in a file, so that an error can say where it is.
 *
 * @param place {@code results[3].mode}; "" for the whole file
 */
record JsonField(Path file, String place, JsonNode value) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * All of a file.
   *
   * @throws ReportException if it cannot be read or is no JSON
   */
  static JsonField read(Path file) {
    try {
      return new JsonField(file, "", JSON.readTree(Files.readString(file)));
    } catch (JsonProcessingException e) {
      throw new ReportException(
          "%s is no JSON: %s (line %d)"
              .formatted(file, e.getOriginalMessage(), e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw new ReportException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** A member that must be there. */
  JsonField at(String name) {
    return find(name)
        .orElseThrow(() -> new ReportException(file + ": " + below(name) + " is missing"));
  }

  /** A member that may be there. */
  Optional<JsonField> find(String name) {
    return value.hasNonNull(name)
        ? Optional.of(new JsonField(file, below(name), value.get(name)))
        : Optional.empty();
  }

  private String below(String name) {
    return place.isEmpty() ? name : place + "." + name;
  }

  String text() {
    check(value.isTextual(), "must be a text");
    return value.textValue();
  }

  /** The one that is called so. */
  <T> T oneOf(T[] all) {
    Optional<T> found = Arrays.stream(all).filter(one -> one.toString().equals(text())).findFirst();
    check(
        found.isPresent(),
        "must be one of " + Arrays.stream(all).map(T::toString).collect(Collectors.joining(", ")));
    return found.orElseThrow();
  }

  double number() {
    check(value.isNumber() && Double.isFinite(value.doubleValue()), "must be a number");
    return value.doubleValue();
  }

  /** A number of things: whole, and not below zero. */
  int count() {
    check(value.canConvertToInt() && value.isIntegralNumber(), "must be a whole number");
    check(value.intValue() >= 0, "must not be negative");
    return value.intValue();
  }

  boolean yes() {
    check(value.isBoolean(), "must be true or false");
    return value.booleanValue();
  }

  <T> List<T> list(Function<JsonField, T> element) {
    check(value.isArray(), "must be a list");
    List<T> all = new ArrayList<>();
    for (int i = 0; i < value.size(); i++) {
      all.add(element.apply(new JsonField(file, place + "[" + i + "]", value.get(i))));
    }
    return all;
  }

  /** Fails with the place of this field if it is not as it must be. */
  void check(boolean good, String must) {
    if (!good) {
      throw new ReportException(
          "%s: %s%s, not %s"
              .formatted(file, place.isEmpty() ? "the file " : place + " ", must, value));
    }
  }
}

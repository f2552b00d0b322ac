// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Named values on one line, {@code name=value name=value}, URL-encoded: what {@link Probe} and
 * {@link PodProcess} say to each other.
 */
final class Fields {
  private final Map<String, String> values = new LinkedHashMap<>();

  static Fields of(String name, Object value) {
    return new Fields().with(name, value);
  }

  static Fields parse(String line) {
    Fields fields = new Fields();
    for (String field : line.strip().split(" ", -1)) {
      int equals = field.indexOf('=');
      if (equals > 0) {
        fields.with(
            field.substring(0, equals),
            URLDecoder.decode(field.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return fields;
  }

  Fields with(String name, Object value) {
    values.put(name, value.toString());
    return this;
  }

  Fields with(String name, Duration value) {
    return with(name, value.toNanos());
  }

  Fields with(String name, InetSocketAddress value) {
    return with(name, value.getAddress().getHostAddress() + "/" + value.getPort());
  }

  Fields withAll(Fields others) {
    values.putAll(others.values);
    return this;
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  String text(String name) {
    String value = values.get(name);
    if (value == null) {
      throw new LabException("no '%s' in: %s".formatted(name, this));
    }
    return value;
  }

  int number(String name) {
    return Integer.parseInt(text(name));
  }

  long bigNumber(String name) {
    return Long.parseLong(text(name));
  }

  boolean flag(String name) {
    return Boolean.parseBoolean(text(name));
  }

  Duration duration(String name) {
    return Duration.ofNanos(bigNumber(name));
  }

  InetSocketAddress socketAddress(String name) {
    String value = text(name);
    int slash = value.lastIndexOf('/');
    return new InetSocketAddress(
        InetAddress.ofLiteral(value.substring(0, slash)),
        Integer.parseInt(value.substring(slash + 1)));
  }

  Map<String, String> asMap() {
    return Collections.unmodifiableMap(values);
  }

  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(
            field ->
                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining(" "));
  }
}

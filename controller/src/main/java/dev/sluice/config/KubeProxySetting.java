// SPDX-License-Identifier: Apache-2.0
package dev.sluice.config;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A field or flag of kube-proxy, and what Sluice does with it. All of them are in {@code
 * kube-proxy-settings.txt}.
 *
 * @param field its path in KubeProxyConfiguration; empty for what is only a flag
 * @param flags its names on a command line, the usual one first; empty for what is only a field
 * @param defaultValue in text, empty for none
 * @param zeroIsDefault whether zero or nothing in a file stands for the default
 * @param words what Sluice does with it, or why it ignores it
 */
public record KubeProxySetting(
    String field,
    List<String> flags,
    ValueKind kind,
    String defaultValue,
    boolean zeroIsDefault,
    Use use,
    String words) {
  private static final String TABLE = "kube-proxy-settings.txt";
  private static final String NONE = "-";
  private static final int COLUMNS = 6;

  /** What becomes of a value. */
  public enum Use {
    /** As kube-proxy does. */
    HONOURED,
    /** As near as Sluice can. */
    MAPPED,
    IGNORED
  }

  private static final List<KubeProxySetting> ALL = read();

  public KubeProxySetting {
    flags = List.copyOf(flags);
  }

  /** All settings; those with a field in the order of kube-proxy's type. */
  public static List<KubeProxySetting> all() {
    return ALL;
  }

  /** Those that a file can have. */
  public static List<KubeProxySetting> fields() {
    return ALL.stream().filter(KubeProxySetting::hasField).toList();
  }

  public static Optional<KubeProxySetting> ofField(String path) {
    return ALL.stream()
        .filter(KubeProxySetting::hasField)
        .filter(setting -> setting.field.equals(path))
        .findFirst();
  }

  public static Optional<KubeProxySetting> ofFlag(String name) {
    return ALL.stream().filter(setting -> setting.flags.contains(name)).findFirst();
  }

  public boolean hasField() {
    return !field.isEmpty();
  }

  /** By which a message names it: the field if it has one. */
  public String name() {
    return hasField() ? field : flags.getFirst();
  }

  private static List<KubeProxySetting> read() {
    try (BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(
                KubeProxySetting.class.getResourceAsStream(TABLE), StandardCharsets.UTF_8))) {
      return reader
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(KubeProxySetting::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static KubeProxySetting parse(String line) {
    List<String> columns =
        Arrays.stream(line.split("\\|", -1))
            .map(String::strip)
            .map(column -> column.equals(NONE) ? "" : column)
            .toList();
    if (columns.size() != COLUMNS) {
      throw new IllegalStateException(TABLE + ": not " + COLUMNS + " columns: " + line);
    }
    String flags = columns.get(1);
    String kind = columns.get(2);
    return new KubeProxySetting(
        columns.get(0),
        flags.isEmpty() ? List.of() : List.of(flags.split(",", -1)),
        ValueKind.valueOf(kind.replace("+", "").toUpperCase(Locale.ROOT)),
        columns.get(3),
        kind.endsWith("+"),
        Use.valueOf(columns.get(4).toUpperCase(Locale.ROOT)),
        columns.get(5));
  }
}

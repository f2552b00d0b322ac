// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The two files about the rules: {@code #} begins a comment, an indented line goes on with the one
 * before.
 */
final class TextFile {
  private TextFile() {}

  /** The text of a file next to this class. */
  static String resource(String name) {
    try (InputStream stream = TextFile.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new CompatibilityException(name + " is missing from the class path");
      }
      return new String(stream.readAllBytes(), UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Entries in their order, each on one line, without comments and empty lines. */
  static List<String> entries(String text) {
    List<String> entries = new ArrayList<>();
    for (String line : text.lines().toList()) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      boolean continues = Character.isWhitespace(line.charAt(0)) && !entries.isEmpty();
      entries.add(continues ? entries.removeLast() + " " + line.strip() : line.strip());
    }
    return entries;
  }
}

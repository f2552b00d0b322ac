// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import java.util.Locale;
import java.util.Set;
import javax.lang.model.SourceVersion;

/** C names turned into Java's. */
final class JavaNames {
  /** Methods that every flyweight has already. */
  private static final Set<String> TAKEN =
      Set.of(
          "wrap",
          "memory",
          "allocate",
          "clear",
          "copyFrom",
          "toString",
          "hashCode",
          "equals",
          "getClass",
          "notify",
          "notifyAll",
          "wait",
          "clone",
          "finalize");

  private JavaNames() {}

  /** {@code flow_value4} becomes {@code FlowValue4}. */
  static String className(String snake) {
    StringBuilder name = new StringBuilder();
    for (String word : snake.split("_+", -1)) {
      if (!word.isEmpty()) {
        name.append(Character.toUpperCase(word.charAt(0))).append(word.substring(1));
      }
    }
    return name.toString();
  }

  /** {@code backend_id} becomes {@code backendId}; keywords and taken names get a suffix. */
  static String methodName(String snake) {
    String name = className(snake);
    name = name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    return SourceVersion.isKeyword(name) || TAKEN.contains(name) ? name + "Field" : name;
  }

  /** {@code backend_id} becomes {@code BACKEND_ID}. */
  static String constantName(String snake) {
    return snake.replaceAll("^_+|_+$", "").toUpperCase(Locale.ROOT);
  }

  /** Like {@link #constantName}, without the prefix and never starting with a digit. */
  static String constantName(String name, String prefix) {
    String stripped =
        constantName(name.startsWith(prefix) ? name.substring(prefix.length()) : name);
    return stripped.isEmpty() || Character.isDigit(stripped.charAt(0)) ? "_" + stripped : stripped;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import dev.sluice.loader.btf.BtfType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Writes a Java enum for a C enum. */
final class EnumSource {
  private EnumSource() {}

  /**
   * Constants that do not start with {@code prefix} are left out, as are second names of values.
   */
  static String write(
      String packageName, String className, String prefix, BtfType.Enumeration enumeration) {
    Set<Long> seen = new HashSet<>();
    List<BtfType.Enumerator> constants =
        enumeration.enumerators().stream()
            .filter(constant -> constant.name().startsWith(prefix) && seen.add(constant.value()))
            .toList();
    if (constants.isEmpty()) {
      throw new IllegalArgumentException(
          "enum " + enumeration.name() + " has no constant that starts with " + prefix);
    }
    StringBuilder out = new StringBuilder();
    out.append("// Generated from BTF, do not edit.\n");
    out.append("package ").append(packageName).append(";\n\n");
    out.append("/** The constants of {@code enum ").append(enumeration.name()).append("}. */\n");
    out.append("public enum ").append(className).append(" {\n");
    for (int index = 0; index < constants.size(); index++) {
      BtfType.Enumerator constant = constants.get(index);
      out.append("  /** {@code ").append(constant.name()).append("}. */\n");
      out.append("  ").append(JavaNames.constantName(constant.name(), prefix));
      out.append("(").append((int) constant.value()).append(")");
      out.append(index == constants.size() - 1 ? ";\n\n" : ",\n");
    }
    out.append("  private final int value;\n\n");
    out.append("  ").append(className).append("(int value) {\n");
    out.append("    this.value = value;\n  }\n\n");
    out.append("  /** The number that the C programs use. */\n");
    out.append("  public int value() {\n    return value;\n  }\n\n");
    out.append("  /**\n   * The constant with this number.\n   *\n");
    out.append("   * @throws IllegalArgumentException if there is none\n   */\n");
    out.append("  public static ").append(className).append(" fromValue(int value) {\n");
    out.append("    return switch (value) {\n");
    for (BtfType.Enumerator constant : constants) {
      out.append("      case ").append((int) constant.value()).append(" -> ");
      out.append(JavaNames.constantName(constant.name(), prefix)).append(";\n");
    }
    out.append("      default -> throw new IllegalArgumentException(\"no ").append(className);
    out.append(" has the number \" + value);\n");
    out.append("    };\n  }\n}\n");
    return out.toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import dev.sluice.loader.btf.BtfType;
import dev.sluice.loader.btf.BtfVariable;
import java.util.List;

/** Writes classes of constants: the values of C enums, the names of maps. */
final class ConstantsSource {
  private ConstantsSource() {}

  /** Integer constants, long where one does not fit 32 bits. */
  static String ofEnums(
      String packageName, String className, String prefix, List<BtfType.Enumeration> enums) {
    StringBuilder out = header(packageName, className, "Constants of the C sources.");
    for (BtfType.Enumeration enumeration : enums) {
      for (BtfType.Enumerator constant : enumeration.enumerators()) {
        boolean fits = constant.value() >= Integer.MIN_VALUE && constant.value() <= 0xffffffffL;
        out.append("\n  /** {@code ").append(constant.name()).append("}. */\n");
        out.append("  public static final ").append(fits ? "int " : "long ");
        out.append(JavaNames.constantName(constant.name(), prefix)).append(" = ");
        out.append(fits ? Integer.toString((int) constant.value()) : constant.value() + "L");
        out.append(";\n");
      }
    }
    return out.append("}\n").toString();
  }

  /** String constants with the names of the maps. */
  static String ofMaps(String packageName, String className, List<BtfVariable> maps) {
    StringBuilder out = header(packageName, className, "The names of the maps.");
    for (BtfVariable map : maps) {
      out.append("\n  /** The map {@code ").append(map.name()).append("}. */\n");
      out.append("  public static final String ").append(JavaNames.constantName(map.name()));
      out.append(" = \"").append(map.name()).append("\";\n");
    }
    return out.append("}\n").toString();
  }

  private static StringBuilder header(String packageName, String className, String purpose) {
    return new StringBuilder("// Generated from BTF, do not edit.\n")
        .append("package ")
        .append(packageName)
        .append(";\n\n")
        .append("/** ")
        .append(purpose)
        .append(" */\n")
        .append("public final class ")
        .append(className)
        .append(" {\n")
        .append("  private ")
        .append(className)
        .append("() {}\n");
  }
}

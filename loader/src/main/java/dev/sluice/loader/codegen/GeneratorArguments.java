// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of {@link FlyweightGenerator}. */
record GeneratorArguments(
    List<Path> objects,
    String packageName,
    Path output,
    List<StructRequest> structs,
    List<EnumRequest> enums,
    List<ConstantsRequest> constants,
    List<String> mapClasses) {

  /**
   * A struct by its C name, or all that start with {@code name} if {@code prefix}.
   *
   * @param className empty for the one made from the C name
   */
  record StructRequest(String name, boolean prefix, String className) {
    boolean matches(String struct) {
      return prefix ? struct.startsWith(name) : struct.equals(name);
    }
  }

  record EnumRequest(String name, String prefix, String className) {}

  record ConstantsRequest(List<String> enums, String className, String prefix) {}

  static GeneratorArguments parse(String... arguments) {
    List<Path> objects = new ArrayList<>();
    String packageName = "";
    String output = "";
    List<StructRequest> structs = new ArrayList<>();
    List<EnumRequest> enums = new ArrayList<>();
    List<ConstantsRequest> constants = new ArrayList<>();
    List<String> mapClasses = new ArrayList<>();
    if (arguments.length % 2 != 0) {
      throw new IllegalArgumentException("every option takes a value\n" + FlyweightGenerator.USAGE);
    }
    for (int index = 0; index < arguments.length; index += 2) {
      String value = arguments[index + 1];
      switch (arguments[index]) {
        case "--object" -> objects.add(Path.of(value));
        case "--package" -> packageName = value;
        case "--output" -> output = value;
        case "--struct" -> structs.add(struct(value.split(":", -1)));
        case "--enum" -> enums.add(enumeration(value.split(":", -1)));
        case "--constants" -> constants.add(constants(value.split(":", -1)));
        case "--maps" -> mapClasses.add(value);
        default ->
            throw new IllegalArgumentException(
                "unknown option " + arguments[index] + "\n" + FlyweightGenerator.USAGE);
      }
    }
    if (objects.isEmpty() || packageName.isEmpty() || output.isEmpty()) {
      throw new IllegalArgumentException(
          "--object, --package and --output are needed\n" + FlyweightGenerator.USAGE);
    }
    return new GeneratorArguments(
        objects, packageName, Path.of(output), structs, enums, constants, mapClasses);
  }

  private static StructRequest struct(String... parts) {
    boolean prefix = parts[0].endsWith("*");
    String name = prefix ? parts[0].substring(0, parts[0].length() - 1) : parts[0];
    return new StructRequest(name, prefix, part(parts, 1, ""));
  }

  private static EnumRequest enumeration(String... parts) {
    return new EnumRequest(
        parts[0], part(parts, 1, ""), part(parts, 2, JavaNames.className(parts[0])));
  }

  private static ConstantsRequest constants(String... parts) {
    if (parts.length < 2) {
      throw new IllegalArgumentException("--constants needs ENUM:CLASS, not " + parts[0]);
    }
    return new ConstantsRequest(List.of(parts[0].split(",", -1)), parts[1], part(parts, 2, ""));
  }

  private static String part(String[] parts, int index, String otherwise) {
    return parts.length > index ? parts[index] : otherwise;
  }
}

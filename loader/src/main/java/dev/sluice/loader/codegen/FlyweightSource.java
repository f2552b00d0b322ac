// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import dev.sluice.loader.codegen.StructField.Bytes;
import dev.sluice.loader.codegen.StructField.Nested;
import dev.sluice.loader.codegen.StructField.NestedArray;
import dev.sluice.loader.codegen.StructField.Scalars;
import java.util.List;
import java.util.Map;

/** Writes the flyweight of one struct. */
final class FlyweightSource {
  private static final List<String> IMPORTS =
      List.of(
          "java.lang.foreign.Arena",
          "java.lang.foreign.MemorySegment",
          "java.lang.foreign.ValueLayout",
          "java.nio.ByteOrder",
          "java.util.HexFormat",
          "java.util.Objects");

  private final String packageName;
  private final StructLayout layout;
  private final Map<String, String> classNames;
  private final String className;
  private final StringBuilder out = new StringBuilder();

  /**
   * @param classNames from the C names of structs to those of their flyweights
   */
  FlyweightSource(String packageName, StructLayout layout, Map<String, String> classNames) {
    this.packageName = packageName;
    this.layout = layout;
    this.classNames = classNames;
    this.className = classNames.get(layout.name());
  }

  String write() {
    classHeader();
    for (StructField field : layout.fields()) {
      line("  /** Offset of {@code %s} in bytes. */".formatted(field.name()));
      line("  public static final int %s = %d;".formatted(offsetConstant(field), field.offset()));
      line("");
    }
    frame();
    for (StructField field : layout.fields()) {
      switch (field.shape()) {
        case StructField.Scalar scalar -> scalarAccessors(field, scalar);
        case Scalars scalars -> scalarsAccessors(field, scalars);
        case Nested nested -> nestedAccessor(field, classNames.get(nested.struct()));
        case NestedArray array -> nestedArrayAccessor(field, array);
        case Bytes _ -> sliceAccessor(field, "");
      }
    }
    toStringMethod();
    line("}");
    return fileHeader() + out;
  }

  /** The package and the imports that the class needs. */
  private String fileHeader() {
    StringBuilder header = new StringBuilder("// Generated from BTF, do not edit.\n");
    header.append("package ").append(packageName).append(";\n\n");
    for (String imported : IMPORTS) {
      String simpleName = imported.substring(imported.lastIndexOf('.') + 1);
      if (out.indexOf(simpleName + ".") >= 0 || out.indexOf(simpleName + " ") >= 0) {
        header.append("import ").append(imported).append(";\n");
      }
    }
    return header.append('\n').toString();
  }

  private void classHeader() {
    line("/**");
    line(
        " * A view of {@code %s %s} in memory of %d bytes."
            .formatted(layout.keyword(), layout.name(), layout.size()));
    line(" *");
    line(
        " * <p>Getters and setters take and give host values; members whose C type is __be16, __be32 or");
    line(
        " * __be64 are kept big-endian. Setters keep the low bits that fit. A view may be wrapped around");
    line(" * one memory after another; it is not safe for use by several threads.");
    line(" */");
    line("public final class %s {".formatted(className));
    line("  /** Size of the struct in bytes. */");
    line("  public static final int SIZE = %d;".formatted(layout.size()));
    line("");
  }

  private void frame() {
    layoutConstant("SHORT", "OfShort", "JAVA_SHORT_UNALIGNED");
    layoutConstant("INT", "OfInt", "JAVA_INT_UNALIGNED");
    layoutConstant("LONG", "OfLong", "JAVA_LONG_UNALIGNED");
    line("  private MemorySegment memory = MemorySegment.NULL;");
    line("");
    line("  /** A view of fresh, zeroed memory, aligned to 8 bytes. */");
    line("  public static %s allocate(Arena arena) {".formatted(className));
    line("    return new %s().wrap(arena.allocate(SIZE, Long.BYTES));".formatted(className));
    line("  }");
    line("");
    line("  /** Moves this view to the first SIZE bytes of {@code newMemory}. */");
    line("  public %s wrap(MemorySegment newMemory) {".formatted(className));
    line("    return wrap(newMemory, 0);");
    line("  }");
    line("");
    line("  /** Moves this view to the SIZE bytes at {@code offset} of {@code newMemory}. */");
    line("  public %s wrap(MemorySegment newMemory, long offset) {".formatted(className));
    line("    memory = newMemory.asSlice(offset, SIZE);");
    line("    return this;");
    line("  }");
    line("");
    line("  /** The SIZE bytes of this view. */");
    line("  public MemorySegment memory() {");
    line("    return memory;");
    line("  }");
    line("");
    line("  /** Sets all bytes to zero. */");
    line("  public %s clear() {".formatted(className));
    line("    memory.fill((byte) 0);");
    line("    return this;");
    line("  }");
    line("");
    line("  /** Copies all bytes from another view. */");
    line("  public %s copyFrom(%s source) {".formatted(className, className));
    line("    memory.copyFrom(source.memory);");
    line("    return this;");
    line("  }");
    line("");
  }

  private void layoutConstant(String name, String type, String layoutName) {
    if (uses(name, false)) {
      line(
          "  private static final ValueLayout.%s %s = ValueLayout.%s;"
              .formatted(type, name, layoutName));
      line("");
    }
    if (uses(name, true)) {
      line("  private static final ValueLayout.%s BIG_ENDIAN_%s =".formatted(type, name));
      line("      ValueLayout.%s.withOrder(ByteOrder.BIG_ENDIAN);".formatted(layoutName));
      line("");
    }
  }

  private boolean uses(String layoutName, boolean bigEndian) {
    for (StructField field : layout.fields()) {
      StructField.Scalar scalar =
          switch (field.shape()) {
            case StructField.Scalar single -> single;
            case Scalars scalars -> scalars.element();
            case Nested _, NestedArray _, Bytes _ -> null;
          };
      if (scalar != null
          && scalar.bigEndian() == bigEndian
          && layoutOf(scalar.size()).equals(layoutName)) {
        return true;
      }
    }
    return false;
  }

  private void scalarAccessors(StructField field, StructField.Scalar scalar) {
    String name = JavaNames.methodName(field.name());
    String javaType = javaType(scalar);
    document(field, byteOrder(scalar));
    line("  public %s %s() {".formatted(javaType, name));
    line("    return %s;".formatted(read(scalar, offsetConstant(field))));
    line("  }");
    line("");
    document(field, byteOrder(scalar));
    line("  public %s %s(%s value) {".formatted(className, name, javaType));
    line("    %s;".formatted(write(scalar, offsetConstant(field))));
    line("    return this;");
    line("  }");
    line("");
  }

  private void scalarsAccessors(StructField field, Scalars scalars) {
    sliceAccessor(field, scalars.element().bigEndian() ? ", big-endian" : "");
    String name = JavaNames.methodName(field.name());
    StructField.Scalar scalar = scalars.element();
    String javaType = javaType(scalar);
    String offset =
        "%s + Objects.checkIndex(index, %d) * %dL"
            .formatted(offsetConstant(field), scalars.length(), scalar.size());
    document(field, byteOrder(scalar));
    line("  public %s %s(int index) {".formatted(javaType, name));
    line("    return %s;".formatted(read(scalar, offset)));
    line("  }");
    line("");
    document(field, byteOrder(scalar));
    line("  public %s %s(int index, %s value) {".formatted(className, name, javaType));
    line("    %s;".formatted(write(scalar, offset)));
    line("    return this;");
    line("  }");
    line("");
  }

  private void nestedAccessor(StructField field, String nestedClass) {
    document(field, "");
    line("  public %s %s() {".formatted(nestedClass, JavaNames.methodName(field.name())));
    line("    return new %s().wrap(memory, %s);".formatted(nestedClass, offsetConstant(field)));
    line("  }");
    line("");
  }

  private void nestedArrayAccessor(StructField field, NestedArray array) {
    String nestedClass = classNames.get(array.struct());
    document(field, "");
    line("  public %s %s(int index) {".formatted(nestedClass, JavaNames.methodName(field.name())));
    line(
        "    long offset = %s + Objects.checkIndex(index, %d) * %dL;"
            .formatted(offsetConstant(field), array.length(), array.stride()));
    line("    return new %s().wrap(memory, offset);".formatted(nestedClass));
    line("  }");
    line("");
  }

  private void sliceAccessor(StructField field, String byteOrder) {
    document(field, byteOrder);
    line("  public MemorySegment %s() {".formatted(JavaNames.methodName(field.name())));
    line("    return memory.asSlice(%s, %d);".formatted(offsetConstant(field), field.size()));
    line("  }");
    line("");
  }

  private void toStringMethod() {
    line("  @Override");
    line("  public String toString() {");
    line("    return \"%s{\"".formatted(className));
    String separator = "";
    for (StructField field : layout.fields()) {
      if (field.shape() instanceof NestedArray) {
        continue;
      }
      String name = JavaNames.methodName(field.name());
      boolean slice = field.shape() instanceof Bytes || field.shape() instanceof Scalars;
      line("        + \"%s%s=\"".formatted(separator, name));
      line((slice ? "        + hex(%s())" : "        + %s()").formatted(name));
      separator = ", ";
    }
    line("        + \"}\";");
    line("  }");
    if (layout.fields().stream()
        .anyMatch(field -> field.shape() instanceof Bytes || field.shape() instanceof Scalars)) {
      line("");
      line("  private static String hex(MemorySegment bytes) {");
      line("    return HexFormat.of().formatHex(bytes.toArray(ValueLayout.JAVA_BYTE));");
      line("  }");
    }
  }

  private void document(StructField field, String byteOrder) {
    line("  /** {@code %s}%s. */".formatted(field.declaration(), byteOrder));
  }

  private static String byteOrder(StructField.Scalar scalar) {
    if (scalar.bigEndian()) {
      return ", big-endian in memory, a host value here";
    }
    return scalar.signed() || scalar.bool() ? "" : ", unsigned";
  }

  private static String javaType(StructField.Scalar scalar) {
    if (scalar.bool()) {
      return "boolean";
    }
    return scalar.size() == Long.BYTES ? "long" : "int";
  }

  private static String read(StructField.Scalar scalar, String offset) {
    String get = "memory.get(%s, %s)".formatted(layoutName(scalar), offset);
    if (scalar.bool()) {
      return get + " != 0";
    }
    return switch (scalar.size()) {
      case 1 -> scalar.signed() ? get : "Byte.toUnsignedInt(" + get + ")";
      case 2 -> scalar.signed() ? get : "Short.toUnsignedInt(" + get + ")";
      default -> get;
    };
  }

  private static String write(StructField.Scalar scalar, String offset) {
    String value =
        switch (scalar.size()) {
          case 1 -> scalar.bool() ? "(byte) (value ? 1 : 0)" : "(byte) value";
          case 2 -> "(short) value";
          default -> "value";
        };
    return "memory.set(%s, %s, %s)".formatted(layoutName(scalar), offset, value);
  }

  private static String layoutName(StructField.Scalar scalar) {
    return scalar.size() == 1
        ? "ValueLayout.JAVA_BYTE"
        : (scalar.bigEndian() ? "BIG_ENDIAN_" : "") + layoutOf(scalar.size());
  }

  private static String layoutOf(int size) {
    return switch (size) {
      case 1 -> "BYTE";
      case 2 -> "SHORT";
      case 4 -> "INT";
      default -> "LONG";
    };
  }

  private static String offsetConstant(StructField field) {
    return JavaNames.constantName(field.name()) + "_OFFSET";
  }

  private void line(String text) {
    out.append(text).append('\n');
  }
}

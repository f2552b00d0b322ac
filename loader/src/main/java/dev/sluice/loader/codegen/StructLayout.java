// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.codegen;

import dev.sluice.loader.btf.Btf;
import dev.sluice.loader.btf.BtfType;
import dev.sluice.loader.codegen.StructField.Bytes;
import dev.sluice.loader.codegen.StructField.Nested;
import dev.sluice.loader.codegen.StructField.NestedArray;
import dev.sluice.loader.codegen.StructField.Scalars;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Reads off the BTF what a flyweight has to know about a struct. */
final class StructLayout {
  private static final Set<String> BIG_ENDIAN = Set.of("__be16", "__be32", "__be64");

  private final Btf btf;
  private final BtfType.Composite struct;
  private final List<StructField> fields = new ArrayList<>();

  StructLayout(Btf btf, BtfType.Composite struct) {
    this.btf = btf;
    this.struct = struct;
    addMembers(struct, "", 0);
  }

  String name() {
    return struct.name();
  }

  String keyword() {
    return struct.union() ? "union" : "struct";
  }

  int size() {
    return struct.size();
  }

  List<StructField> fields() {
    return fields;
  }

  /** The names of the structs within, which need flyweights, too. */
  Set<String> nestedStructs() {
    Set<String> names = new LinkedHashSet<>();
    for (StructField field : fields) {
      if (field.shape() instanceof Nested nested) {
        names.add(nested.struct());
      } else if (field.shape() instanceof NestedArray array) {
        names.add(array.struct());
      }
    }
    return names;
  }

  private void addMembers(BtfType.Composite composite, String prefix, int base) {
    for (BtfType.Member member : composite.members()) {
      if (member.bitfieldSize() != 0) {
        throw new IllegalArgumentException(
            "struct "
                + name()
                + ": member '"
                + member.name()
                + "' is a bit field; use whole bytes");
      }
      String name = join(prefix, member.name());
      int offset = base + member.offset();
      if (btf.resolve(member.type()) instanceof BtfType.Composite inner && inner.name().isEmpty()) {
        addMembers(inner, name, offset);
      } else {
        fields.add(
            new StructField(
                name,
                declaration(member.type(), member.name()),
                offset,
                btf.sizeOf(member.type()),
                shape(member.type())));
      }
    }
  }

  private StructField.Shape shape(int type) {
    return switch (btf.resolve(type)) {
      case BtfType.Array array -> arrayShape(array);
      case BtfType.Composite composite -> new Nested(composite.name());
      case BtfType.Scalar _, BtfType.Enumeration _, BtfType.Pointer _ -> scalar(type);
      case BtfType.Typedef _,
          BtfType.Qualifier _,
          BtfType.Variable _,
          BtfType.DataSection _,
          BtfType.Other _ ->
          throw new IllegalArgumentException(
              "struct " + name() + " has a member of the unsupported type " + btf.type(type));
    };
  }

  private StructField.Shape arrayShape(BtfType.Array array) {
    BtfType element = btf.resolve(array.element());
    if (element instanceof BtfType.Composite composite && !composite.name().isEmpty()) {
      return new NestedArray(composite.name(), composite.size(), array.length());
    }
    if (element instanceof BtfType.Scalar || element instanceof BtfType.Pointer) {
      StructField.Scalar scalar = scalar(array.element());
      return scalar.size() == 1 ? new Bytes() : new Scalars(scalar, array.length());
    }
    return new Bytes();
  }

  private StructField.Scalar scalar(int type) {
    BtfType resolved = btf.resolve(type);
    boolean signed = resolved instanceof BtfType.Scalar scalar && scalar.signed();
    boolean bool = resolved instanceof BtfType.Scalar scalar && scalar.bool();
    boolean bigEndian = btf.typedefNames(type).stream().anyMatch(BIG_ENDIAN::contains);
    int size = btf.sizeOf(type);
    if (size != 1 && size != 2 && size != 4 && size != 8) {
      throw new IllegalArgumentException(
          "struct " + name() + " has an integer of " + size + " bytes");
    }
    return new StructField.Scalar(size, signed, bool, bigEndian);
  }

  private String declaration(int type, String memberName) {
    return switch (btf.type(type)) {
      case BtfType.Typedef typedef -> typedef.name() + " " + memberName;
      case BtfType.Qualifier qualifier -> declaration(qualifier.target(), memberName);
      case BtfType.Scalar scalar -> scalar.name() + " " + memberName;
      case BtfType.Array array ->
          declaration(array.element(), memberName) + "[" + array.length() + "]";
      case BtfType.Composite composite ->
          (composite.union() ? "union " : "struct ") + composite.name() + " " + memberName;
      case BtfType.Enumeration enumeration -> "enum " + enumeration.name() + " " + memberName;
      case BtfType.Pointer _ -> "pointer " + memberName;
      case BtfType.Variable _, BtfType.DataSection _, BtfType.Other _ -> memberName;
    };
  }

  private static String join(String prefix, String name) {
    return prefix.isEmpty() || name.isEmpty() ? prefix + name : prefix + "_" + name;
  }
}

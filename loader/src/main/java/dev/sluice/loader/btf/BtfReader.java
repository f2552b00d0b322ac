// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Decodes the .BTF section (Documentation/bpf/btf.rst of the kernel). */
final class BtfReader {
  private static final int MAGIC = 0xeb9f;

  private static final int INT = 1;
  private static final int POINTER = 2;
  private static final int ARRAY = 3;
  private static final int STRUCT = 4;
  private static final int UNION = 5;
  private static final int ENUM = 6;
  private static final int TYPEDEF = 8;
  private static final int VOLATILE = 9;
  private static final int CONST = 10;
  private static final int RESTRICT = 11;
  private static final int FUNCTION_PROTOTYPE = 13;
  private static final int VARIABLE = 14;
  private static final int DATA_SECTION = 15;
  private static final int DECLARATION_TAG = 17;
  private static final int TYPE_TAG = 18;
  private static final int ENUM64 = 19;

  private static final int SIGNED = 1;
  private static final int BOOL = 4;

  private final ByteBuffer types;
  private final ByteBuffer strings;

  private BtfReader(ByteBuffer types, ByteBuffer strings) {
    this.types = types;
    this.strings = strings;
  }

  /** All types in the order of their numbers; number 0 is void. */
  static List<BtfType> read(ByteBuffer section) {
    if (section.remaining() < 24 || Short.toUnsignedInt(section.getShort(0)) != MAGIC) {
      throw new BtfException("the .BTF section does not start with the magic number of BTF");
    }
    try {
      int header = section.getInt(4);
      ByteBuffer types = slice(section, header + section.getInt(8), section.getInt(12));
      ByteBuffer strings = slice(section, header + section.getInt(16), section.getInt(20));
      return new BtfReader(types, strings).readTypes();
    } catch (IndexOutOfBoundsException | java.nio.BufferUnderflowException truncated) {
      throw new BtfException("the .BTF section is truncated", truncated);
    }
  }

  private List<BtfType> readTypes() {
    List<BtfType> read = new ArrayList<>();
    read.add(new BtfType.Other("void", 0));
    while (types.hasRemaining()) {
      read.add(readType());
    }
    return read;
  }

  private BtfType readType() {
    String name = string(types.getInt());
    int info = types.getInt();
    int count = info & 0xffff;
    int kind = (info >>> 24) & 0x1f;
    boolean flag = info < 0;
    int sizeOrType = types.getInt();
    return switch (kind) {
      case INT -> readScalar(name, sizeOrType);
      case POINTER -> new BtfType.Pointer(sizeOrType);
      case ARRAY -> readArray();
      case STRUCT, UNION ->
          new BtfType.Composite(name, kind == UNION, sizeOrType, readMembers(count, flag));
      case ENUM, ENUM64 ->
          new BtfType.Enumeration(
              name, sizeOrType, flag, readEnumerators(count, kind == ENUM64, flag));
      case TYPEDEF -> new BtfType.Typedef(name, sizeOrType);
      case VOLATILE, CONST, RESTRICT, TYPE_TAG -> new BtfType.Qualifier(sizeOrType);
      case VARIABLE -> {
        skipWords(1); // linkage
        yield new BtfType.Variable(name, sizeOrType);
      }
      case DATA_SECTION -> new BtfType.DataSection(name, readEntries(count));
      case FUNCTION_PROTOTYPE -> {
        skipWords(2 * count);
        yield new BtfType.Other(name, kind);
      }
      case DECLARATION_TAG -> {
        skipWords(1);
        yield new BtfType.Other(name, kind);
      }
      default -> new BtfType.Other(name, kind);
    };
  }

  private BtfType readScalar(String name, int size) {
    int encoding = (types.getInt() >>> 24) & 0x0f;
    return new BtfType.Scalar(name, size, (encoding & SIGNED) != 0, (encoding & BOOL) != 0);
  }

  private BtfType readArray() {
    int element = types.getInt();
    skipWords(1); // type of the index
    return new BtfType.Array(element, types.getInt());
  }

  private List<BtfType.Member> readMembers(int count, boolean bitfields) {
    List<BtfType.Member> members = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      String name = string(types.getInt());
      int type = types.getInt();
      int offset = types.getInt();
      members.add(
          bitfields
              ? new BtfType.Member(name, offset & 0xffffff, offset >>> 24, type)
              : new BtfType.Member(name, offset, 0, type));
    }
    return members;
  }

  private List<BtfType.Enumerator> readEnumerators(int count, boolean wide, boolean signed) {
    List<BtfType.Enumerator> enumerators = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      String name = string(types.getInt());
      int low = types.getInt();
      long value = signed ? low : Integer.toUnsignedLong(low);
      if (wide) {
        value = Integer.toUnsignedLong(low) | (long) types.getInt() << Integer.SIZE;
      }
      enumerators.add(new BtfType.Enumerator(name, value));
    }
    return enumerators;
  }

  private List<BtfType.SectionEntry> readEntries(int count) {
    List<BtfType.SectionEntry> entries = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      entries.add(new BtfType.SectionEntry(types.getInt(), types.getInt(), types.getInt()));
    }
    return entries;
  }

  private void skipWords(int count) {
    types.position(types.position() + count * Integer.BYTES);
  }

  private String string(int offset) {
    return ElfFile.readString(strings, offset);
  }

  private static ByteBuffer slice(ByteBuffer section, int offset, int length) {
    return section.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }
}

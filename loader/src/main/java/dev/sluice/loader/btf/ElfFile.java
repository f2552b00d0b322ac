// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.btf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The sections and symbols of an ELF64 little-endian file (elf(5)), no more than BTF needs. */
final class ElfFile {
  private static final int MAGIC = 0x464c457f;
  private static final int CLASS_64 = 2;
  private static final int LITTLE_ENDIAN = 1;
  private static final int SYMBOL_TABLE = 2;
  private static final int SYMBOL_SIZE = 24;

  /** A section header; {@code link} is the string table of a symbol table. */
  private record Section(String name, int type, int offset, int size, int link) {}

  /** Where a named thing lies within its section. */
  record Symbol(String name, String section, long offset) {}

  private final ByteBuffer file;
  private final List<Section> sections;

  ElfFile(byte[] bytes) {
    this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < 64
        || file.getInt(0) != MAGIC
        || bytes[4] != CLASS_64
        || bytes[5] != LITTLE_ENDIAN) {
      throw new BtfException("this is no little-endian ELF64 file; compile with -target bpfel");
    }
    try {
      this.sections = readSections();
    } catch (IndexOutOfBoundsException truncated) {
      throw new BtfException("the ELF file is truncated", truncated);
    }
  }

  Optional<ByteBuffer> section(String name) {
    for (Section section : sections) {
      if (section.name.equals(name)) {
        return Optional.of(file.slice(section.offset, section.size).order(ByteOrder.LITTLE_ENDIAN));
      }
    }
    return Optional.empty();
  }

  List<Symbol> symbols() {
    List<Symbol> symbols = new ArrayList<>();
    for (Section table : sections) {
      if (table.type != SYMBOL_TABLE) {
        continue;
      }
      int names = sections.get(table.link).offset;
      for (int at = table.offset; at < table.offset + table.size; at += SYMBOL_SIZE) {
        int sectionIndex = Short.toUnsignedInt(file.getShort(at + 6));
        if (sectionIndex > 0 && sectionIndex < sections.size()) {
          symbols.add(
              new Symbol(
                  string(names + file.getInt(at)),
                  sections.get(sectionIndex).name,
                  file.getLong(at + 8)));
        }
      }
    }
    return symbols;
  }

  private List<Section> readSections() {
    int table = (int) file.getLong(40);
    int entrySize = Short.toUnsignedInt(file.getShort(58));
    int count = Short.toUnsignedInt(file.getShort(60));
    int namesIndex = Short.toUnsignedInt(file.getShort(62));
    Objects.checkFromIndexSize(table, count * entrySize, file.limit());
    int names = (int) file.getLong(table + namesIndex * entrySize + 24);
    List<Section> read = new ArrayList<>(count);
    for (int index = 0; index < count; index++) {
      int header = table + index * entrySize;
      read.add(
          new Section(
              string(names + file.getInt(header)),
              file.getInt(header + 4),
              (int) file.getLong(header + 24),
              (int) file.getLong(header + 32),
              file.getInt(header + 40)));
    }
    return read;
  }

  private String string(int offset) {
    return readString(file, offset);
  }

  /** A zero-terminated string. */
  static String readString(ByteBuffer buffer, int offset) {
    int end = offset;
    while (buffer.get(end) != 0) {
      end++;
    }
    byte[] bytes = new byte[end - offset];
    buffer.get(offset, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}

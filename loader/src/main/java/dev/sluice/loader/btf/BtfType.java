// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.btf;

import java.util.List;

/**
 * A type of the C source. Types refer to each other by number; {@link Btf} resolves them. Names are
 * empty for anonymous types.
 */
public sealed interface BtfType {
  /** An integer, character or bool of {@code size} bytes. */
  record Scalar(String name, int size, boolean signed, boolean bool) implements BtfType {}

  /** A pointer; 8 bytes in BPF programs. */
  record Pointer(int target) implements BtfType {}

  /** {@code length} elements, one after the other. */
  record Array(int element, int length) implements BtfType {}

  /** A struct, or a union if {@code union}, of {@code size} bytes. */
  record Composite(String name, boolean union, int size, List<Member> members) implements BtfType {
    public Composite {
      members = List.copyOf(members);
    }
  }

  /**
   * A member of a struct or union.
   *
   * @param name empty for an anonymous struct or union within
   * @param bitOffset distance from the start of the struct in bits
   * @param bitfieldSize the number of bits of a bit field, else 0
   * @param type the number of its type
   */
  record Member(String name, int bitOffset, int bitfieldSize, int type) {
    /** Distance from the start of the struct in bytes. */
    public int offset() {
      return bitOffset / Byte.SIZE;
    }
  }

  /** An enum of {@code size} bytes. clang before 15 marks all enums as unsigned. */
  record Enumeration(String name, int size, boolean signed, List<Enumerator> enumerators)
      implements BtfType {
    public Enumeration {
      enumerators = List.copyOf(enumerators);
    }
  }

  /** A constant of an enum. */
  record Enumerator(String name, long value) {}

  record Typedef(String name, int target) implements BtfType {}

  /** const, volatile, restrict or a type tag. */
  record Qualifier(int target) implements BtfType {}

  /** A global variable. */
  record Variable(String name, int target) implements BtfType {}

  /** A section of the object file and the variables in it. */
  record DataSection(String name, List<SectionEntry> entries) implements BtfType {
    public DataSection {
      entries = List.copyOf(entries);
    }
  }

  /** {@code variable} is the number of a {@link Variable}; offset and size are in bytes. */
  record SectionEntry(int variable, int offset, int size) {}

  /** What this reader has no use for: void, functions, forward declarations, floats, tags. */
  record Other(String name, int kind) implements BtfType {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.btf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The types and global variables of one compiled BPF object. Immutable. */
public final class Btf {
  private static final int POINTER_SIZE = 8;

  private final List<BtfType> types;
  private final Map<String, Map<String, Integer>> symbolOffsets;

  private Btf(List<BtfType> types, Map<String, Map<String, Integer>> symbolOffsets) {
    this.types = List.copyOf(types);
    this.symbolOffsets = symbolOffsets;
  }

  /**
   * Reads the .BTF section of an object file.
   *
   * @throws BtfException if it is no object file, or has no BTF
   */
  public static Btf parse(byte[] elf) {
    ElfFile file = new ElfFile(elf);
    ByteBuffer section =
        file.section(".BTF")
            .orElseThrow(
                () -> new BtfException("the object file has no .BTF section; compile with -g"));
    return new Btf(BtfReader.read(section), symbolOffsets(file));
  }

  /** All types; the position is the number that others refer to it by. */
  public List<BtfType> types() {
    return types;
  }

  public BtfType type(int number) {
    if (number < 0 || number >= types.size()) {
      throw new BtfException("there is no type number " + number);
    }
    return types.get(number);
  }

  /** The named structs and unions, in the order of the source. */
  public List<BtfType.Composite> composites() {
    List<BtfType.Composite> found = new ArrayList<>();
    for (BtfType type : types) {
      if (type instanceof BtfType.Composite composite && !composite.name().isEmpty()) {
        found.add(composite);
      }
    }
    return found;
  }

  /** A struct or union by the name behind the keyword. */
  public Optional<BtfType.Composite> composite(String name) {
    return composites().stream().filter(composite -> composite.name().equals(name)).findFirst();
  }

  /** All enums, anonymous ones included. */
  public List<BtfType.Enumeration> enumerations() {
    List<BtfType.Enumeration> found = new ArrayList<>();
    for (BtfType type : types) {
      if (type instanceof BtfType.Enumeration enumeration) {
        found.add(enumeration);
      }
    }
    return found;
  }

  /** An enum by its name or, for an anonymous one, by the name of one of its constants. */
  public Optional<BtfType.Enumeration> enumeration(String name) {
    return enumerations().stream()
        .filter(
            enumeration ->
                enumeration.name().equals(name)
                    || (enumeration.name().isEmpty()
                        && enumeration.enumerators().stream()
                            .anyMatch(enumerator -> enumerator.name().equals(name))))
        .findFirst();
  }

  /**
   * The global variables of a section, for example {@code .rodata} or {@code .maps}, by offset;
   * empty if there is no such section. The offsets come from the symbol table: the compiler leaves
   * them zero in the BTF.
   */
  public List<BtfVariable> variables(String section) {
    List<BtfVariable> variables = new ArrayList<>();
    for (BtfType type : types) {
      if (type instanceof BtfType.DataSection data && data.name().equals(section)) {
        for (BtfType.SectionEntry entry : data.entries()) {
          variables.add(variable(section, entry));
        }
      }
    }
    variables.sort(Comparator.comparingInt(BtfVariable::offset));
    return variables;
  }

  /** The type behind typedefs and qualifiers. */
  public BtfType resolve(int number) {
    BtfType type = type(number);
    while (true) {
      switch (type) {
        case BtfType.Typedef typedef -> type = type(typedef.target());
        case BtfType.Qualifier qualifier -> type = type(qualifier.target());
        default -> {
          return type;
        }
      }
    }
  }

  /** The typedefs on the way to the type, outermost first, for example {@code __be16, __u16}. */
  public List<String> typedefNames(int number) {
    List<String> names = new ArrayList<>();
    BtfType type = type(number);
    while (true) {
      switch (type) {
        case BtfType.Typedef typedef -> {
          names.add(typedef.name());
          type = type(typedef.target());
        }
        case BtfType.Qualifier qualifier -> type = type(qualifier.target());
        default -> {
          return names;
        }
      }
    }
  }

  /** Bytes that a value of the type takes. */
  public int sizeOf(int number) {
    return switch (resolve(number)) {
      case BtfType.Scalar scalar -> scalar.size();
      case BtfType.Pointer _ -> POINTER_SIZE;
      case BtfType.Array array -> array.length() * sizeOf(array.element());
      case BtfType.Composite composite -> composite.size();
      case BtfType.Enumeration enumeration -> enumeration.size();
      case BtfType.Variable variable -> sizeOf(variable.target());
      case BtfType.Typedef _, BtfType.Qualifier _, BtfType.DataSection _, BtfType.Other _ ->
          throw new BtfException("type " + type(number) + " has no size");
    };
  }

  private BtfVariable variable(String section, BtfType.SectionEntry entry) {
    if (!(type(entry.variable()) instanceof BtfType.Variable variable)) {
      throw new BtfException("section " + section + " lists something that is no variable");
    }
    int offset =
        symbolOffsets.getOrDefault(section, Map.of()).getOrDefault(variable.name(), entry.offset());
    return new BtfVariable(variable.name(), offset, entry.size(), variable.target());
  }

  private static Map<String, Map<String, Integer>> symbolOffsets(ElfFile file) {
    Map<String, Map<String, Integer>> offsets = new HashMap<>();
    for (ElfFile.Symbol symbol : file.symbols()) {
      offsets
          .computeIfAbsent(symbol.section(), _ -> new HashMap<>())
          .put(symbol.name(), (int) symbol.offset());
    }
    return offsets;
  }
}

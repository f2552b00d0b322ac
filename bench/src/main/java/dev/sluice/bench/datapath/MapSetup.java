// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.loader.BpfException;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.BpfObject;
import dev.sluice.loader.Libbpf;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An element that a map is to have before a program is timed.
 *
 * @param origin where it was asked for, as errors name it
 * @param value its bytes, unless it is a program
 * @param program whose descriptor is the value: for tail calls
 */
record MapSetup(
    String origin, String map, String key, Optional<String> value, Optional<String> program) {
  /** Lengths of values in per-CPU maps are rounded up to this. */
  private static final int STRIDE = 8;

  /**
   * Reads the arguments of {@code --setup}: an element each, or {@code @FILE} with an element on
   * every line that is not empty and does not begin with a {@code #}.
   */
  static List<MapSetup> parse(List<String> arguments) {
    List<MapSetup> elements = new ArrayList<>();
    for (String argument : arguments) {
      if (argument.startsWith("@")) {
        elements.addAll(readFile(Path.of(argument.substring(1))));
      } else {
        elements.add(element("--setup " + argument, argument));
      }
    }
    return elements;
  }

  private static List<MapSetup> readFile(Path file) {
    List<MapSetup> elements = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (!line.isBlank() && !line.strip().startsWith("#")) {
        elements.add(element(file + ", line " + number, line.strip()));
      }
    }
    return elements;
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new DatapathException("--setup: cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static MapSetup element(String origin, String text) {
    Map<String, String> fields = new HashMap<>();
    for (String field : text.split(",", -1)) {
      String[] parts = field.split("=", 2);
      if (parts.length != 2
          || !Set.of("map", "key", "value", "program").contains(parts[0].strip())) {
        throw new DatapathException(
            origin + ": '" + field + "' is none of map=NAME, key=HEX, value=HEX and program=NAME");
      }
      fields.put(parts[0].strip(), parts[1].strip());
    }
    if (!fields.containsKey("map")
        || !fields.containsKey("key")
        || fields.containsKey("value") == fields.containsKey("program")) {
      throw new DatapathException(
          origin + ": an element is map=NAME,key=HEX and either value=HEX or program=NAME");
    }
    return new MapSetup(
        origin,
        fields.get("map"),
        fields.get("key"),
        Optional.ofNullable(fields.get("value")),
        Optional.ofNullable(fields.get("program")));
  }

  /** Writes the element. */
  void apply(BpfObject object) {
    BpfMap target = find(object);
    byte[] keyBytes = Hex.parse(origin + ": key", key);
    requireSize("keys", target.keySize(), keyBytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment keyMemory = arena.allocate(Math.max(1, keyBytes.length), Long.BYTES);
      keyMemory.copyFrom(MemorySegment.ofArray(keyBytes));
      target.update(keyMemory, valueMemory(object, target, arena));
    } catch (BpfException e) {
      throw new DatapathException(origin + ": " + e.getMessage(), e);
    }
  }

  private BpfMap find(BpfObject object) {
    try {
      return object.map(map);
    } catch (IllegalArgumentException e) {
      throw new DatapathException(origin + ": " + e.getMessage(), e);
    }
  }

  private MemorySegment valueMemory(BpfObject object, BpfMap target, Arena arena) {
    if (program.isPresent()) {
      return arena.allocateFrom(ValueLayout.JAVA_INT, object.program(program.get()).fd());
    }
    byte[] bytes = Hex.parse(origin + ": value", value.orElseThrow());
    requireSize("values", target.valueSize(), bytes);
    // A per-CPU map gets the same value for every CPU.
    long copies = target.type().isPerCpu() ? Libbpf.possibleCpus() : 1;
    long stride = Math.ceilDiv(bytes.length, STRIDE) * (long) STRIDE;
    MemorySegment memory = arena.allocate(copies * stride, Long.BYTES);
    for (long copy = 0; copy < copies; copy++) {
      MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, copy * stride, bytes.length);
    }
    return memory;
  }

  private void requireSize(String what, int size, byte[] given) {
    if (given.length != size) {
      throw new DatapathException(
          "%s: the %s of map '%s' have %d bytes, not %d"
              .formatted(origin, what, map, size, given.length));
    }
  }
}

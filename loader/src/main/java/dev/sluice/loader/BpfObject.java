// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import dev.sluice.loader.btf.Btf;
import dev.sluice.loader.btf.BtfVariable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import me.bechberger.ebpf.bpf.raw.Lib;
import me.bechberger.ebpf.bpf.raw.bpf_object_open_opts;

/**
 * A compiled BPF object file: its maps and programs. First {@linkplain #open opened}, then
 * configured (map sizes, constants, maps to reuse, programs to leave out), then {@linkplain #load
 * loaded} into the kernel. Configuration is for one thread; a loaded object may be used by any.
 *
 * <p>Closing it closes the descriptors. What is pinned or attached by a link stays.
 */
public final class BpfObject implements AutoCloseable {
  private static final String CONSTANTS = ".rodata";

  private final String name;
  private final Arena arena;
  private final MemorySegment handle;
  private final Btf btf;
  private final Map<String, BpfMap> maps;
  private final Map<String, BpfProgram> programs;
  private boolean loaded;
  private boolean closed;

  private BpfObject(String name, Arena arena, MemorySegment handle, Btf btf) {
    this.name = name;
    this.arena = arena;
    this.handle = handle;
    this.btf = btf;
    this.maps = declaredMaps(handle);
    this.programs = declaredPrograms(handle, btf);
  }

  /**
   * Reads an object file as clang writes it for the target bpf, with BTF ({@code -g}).
   *
   * @param name what messages call it; libbpf names internal maps by it
   * @throws BpfException if libbpf cannot read it, or is missing
   */
  public static BpfObject open(String name, byte[] elf) {
    Libbpf.require();
    Btf btf = Btf.parse(elf);
    Arena arena = Arena.ofShared();
    try {
      MemorySegment file = arena.allocateFrom(ValueLayout.JAVA_BYTE, elf);
      MemorySegment options = bpf_object_open_opts.allocate(arena);
      bpf_object_open_opts.sz(options, bpf_object_open_opts.sizeof());
      bpf_object_open_opts.object_name(options, arena.allocateFrom(name));
      MemorySegment handle = openCollecting(name, file, options);
      return new BpfObject(name, arena, handle, btf);
    } catch (RuntimeException failure) {
      arena.close();
      throw failure;
    }
  }

  public String name() {
    return name;
  }

  /** The types and variables of the object file. */
  public Btf btf() {
    return btf;
  }

  /**
   * Sets a {@code const volatile} global variable before loading; the verifier then treats it as a
   * constant and drops the code that it switches off.
   *
   * @throws IllegalArgumentException if there is no such variable, or it cannot hold the value
   */
  public BpfObject setConstant(String variable, long value) {
    MemorySegment memory = constant(variable);
    int bits = (int) memory.byteSize() * Byte.SIZE;
    if (bits < Long.SIZE && (value >= 1L << bits || value < -(1L << (bits - 1)))) {
      throw new IllegalArgumentException(
          "constant '" + variable + "' has " + bits + " bits and cannot hold " + value);
    }
    switch (bits) {
      case Byte.SIZE -> memory.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
      case Short.SIZE -> memory.set(ValueLayout.JAVA_SHORT, 0, (short) value);
      case Integer.SIZE -> memory.set(ValueLayout.JAVA_INT, 0, (int) value);
      case Long.SIZE -> memory.set(ValueLayout.JAVA_LONG, 0, value);
      default ->
          throw new IllegalArgumentException(
              "constant '" + variable + "' is no integer but has " + memory.byteSize() + " bytes");
    }
    return this;
  }

  /** Sets a {@code const volatile bool}. */
  public BpfObject setConstant(String variable, boolean value) {
    return setConstant(variable, value ? 1 : 0);
  }

  /** Sets a {@code const volatile} array or struct of exactly the length of {@code value}. */
  public BpfObject setConstant(String variable, byte[] value) {
    MemorySegment memory = constant(variable);
    if (memory.byteSize() != value.length) {
      throw new IllegalArgumentException(
          "constant '"
              + variable
              + "' has "
              + memory.byteSize()
              + " bytes and cannot hold "
              + value.length);
    }
    memory.copyFrom(MemorySegment.ofArray(value));
    return this;
  }

  /**
   * Asks the verifier, before loading, for what {@link BpfProgram#verifierStatistics()} tells. It
   * costs nothing that counts, but a program that is rejected has a shorter log.
   */
  public BpfObject keepVerifierStatistics() {
    programs.values().forEach(BpfProgram::keepVerifierStatistics);
    return this;
  }

  /**
   * Creates the maps and loads the programs.
   *
   * @throws BpfException if the kernel refuses; {@link BpfException#verifierLog()} tells why a
   *     program was rejected. The object is then good for nothing but {@link #close()}
   */
  public BpfObject load() {
    if (loaded || closed) {
      throw new IllegalStateException("object '" + name + "' was already loaded or closed");
    }
    LibbpfMessages messages = new LibbpfMessages();
    int result = messages.collecting(() -> Lib.bpf_object__load(handle));
    if (result != 0) {
      throw new BpfException(
          "bpf_object__load",
          "object '" + name + "'",
          -result,
          detail(messages, -result),
          messages.verifierLog());
    }
    loaded = true;
    maps.values().forEach(BpfMap::loaded);
    programs.values().forEach(program -> program.loaded(messages.acceptedLog(program.name())));
    return this;
  }

  /**
   * The maps that the C source declares, in the order of the object file; not those that hold its
   * variables.
   */
  public Collection<BpfMap> maps() {
    List<BpfMap> declared = new ArrayList<>(maps.values());
    declared.removeIf(map -> Lib.bpf_map__is_internal(map.handle()));
    return Collections.unmodifiableList(declared);
  }

  /** A map by its name in the C source. */
  public BpfMap map(String mapName) {
    return find(maps, mapName, "map");
  }

  /** The programs in the order of the object file, those not to be loaded included. */
  public Collection<BpfProgram> programs() {
    return Collections.unmodifiableCollection(programs.values());
  }

  /** A program by the name of its C function. */
  public BpfProgram program(String programName) {
    return find(programs, programName, "program");
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    maps.values().forEach(BpfMap::objectClosed);
    programs.values().forEach(BpfProgram::objectClosed);
    Lib.bpf_object__close(handle);
    arena.close();
  }

  private static MemorySegment openCollecting(
      String name, MemorySegment file, MemorySegment options) {
    LibbpfMessages messages = new LibbpfMessages();
    try {
      return messages.collecting(() -> Native.openObject(file, options, "object '" + name + "'"));
    } catch (BpfException failure) {
      throw new BpfException(
          failure.call(), "object '" + name + "'", failure.errno(), messages.summary());
    }
  }

  private static String detail(LibbpfMessages messages, int errno) {
    String hint = Errno.of(errno).hint();
    String summary = messages.summary();
    return messages.verifierLog().isBlank() && !hint.isBlank() ? summary + " - " + hint : summary;
  }

  @SuppressWarnings("restricted")
  private MemorySegment constant(String variable) {
    if (loaded) {
      throw new IllegalStateException("object '" + name + "': constants are set before loading");
    }
    List<BtfVariable> constants = btf.variables(CONSTANTS);
    BtfVariable found =
        constants.stream()
            .filter(candidate -> candidate.name().equals(variable))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "object '"
                            + name
                            + "' has no constant '"
                            + variable
                            + "', only "
                            + constants.stream().map(BtfVariable::name).toList()));
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment map = Lib.bpf_object__find_map_by_name(handle, scratch.allocateFrom(CONSTANTS));
      MemorySegment size = scratch.allocate(ValueLayout.JAVA_LONG);
      MemorySegment values = Lib.bpf_map__initial_value(map, size);
      return values
          .reinterpret(size.get(ValueLayout.JAVA_LONG, 0))
          .asSlice(found.offset(), found.size());
    }
  }

  private <T> T find(Map<String, T> members, String wanted, String kind) {
    T member = members.get(wanted);
    if (member == null) {
      throw new IllegalArgumentException(
          "object '" + name + "' has no " + kind + " '" + wanted + "', only " + members.keySet());
    }
    return member;
  }

  private static Map<String, BpfMap> declaredMaps(MemorySegment handle) {
    Map<String, BpfMap> maps = new LinkedHashMap<>();
    for (MemorySegment map = Lib.bpf_object__next_map(handle, MemorySegment.NULL);
        map.address() != 0;
        map = Lib.bpf_object__next_map(handle, map)) {
      String mapName = cString(Lib.bpf_map__name(map));
      maps.put(mapName, BpfMap.declaredBy(map, mapName));
    }
    return maps;
  }

  private static Map<String, BpfProgram> declaredPrograms(MemorySegment handle, Btf btf) {
    Map<String, BpfProgram> programs = new LinkedHashMap<>();
    for (MemorySegment program = Lib.bpf_object__next_program(handle, MemorySegment.NULL);
        program.address() != 0;
        program = Lib.bpf_object__next_program(handle, program)) {
      String programName = cString(Lib.bpf_program__name(program));
      programs.put(programName, BpfProgram.declaredBy(program, programName, btf));
    }
    return programs;
  }

  @SuppressWarnings("restricted")
  private static String cString(MemorySegment address) {
    return address.reinterpret(Long.MAX_VALUE).getString(0);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@link Preflight} asks of the machine besides files and programs; tests answer in its place.
 */
public interface Machine {
  /** The root of the file system, below which {@code /proc} and {@code /sys} are read. */
  Path root();

  /**
   * The magic number of the file system at a path (statfs(2)), or empty if the path does not exist.
   */
  OptionalLong fileSystemType(Path path);

  /**
   * The names of all BPF programs in the kernel (at most 15 characters each); empty if the kernel
   * does not tell.
   */
  List<String> loadedPrograms();

  /**
   * What the kernel's configuration lacks to destroy UDP sockets; empty if it can.
   *
   * @throws NodeException if the kernel does not tell
   */
  Optional<String> missingForSocketDestruction();

  /** Runs programs. */
  CommandRunner commands();

  /** The machine on which this process runs. */
  static Machine real() {
    return new RealMachine();
  }

  /** The real one. */
  final class RealMachine implements Machine {
    private static final int BPF_PROG_GET_NEXT_ID = 11;
    private static final int BPF_PROG_GET_FD_BY_ID = 13;
    private static final int BPF_OBJ_GET_INFO_BY_FD = 15;

    /** The part of union bpf_attr that these commands read. */
    private static final int ATTRIBUTES = 16;

    /** The part of struct bpf_prog_info up to and with the name. */
    private static final int INFORMATION = 80;

    private static final int NAME_OFFSET = 64;
    private static final int NAME_LENGTH = 16;

    private RealMachine() {}

    @Override
    public Path root() {
      return Path.of("/");
    }

    @Override
    public OptionalLong fileSystemType(Path path) {
      long type = LinuxCalls.fileSystemType(path.toString());
      return type < 0 ? OptionalLong.empty() : OptionalLong.of(type);
    }

    @Override
    public Optional<String> missingForSocketDestruction() {
      return SocketDestruction.missing();
    }

    @Override
    public CommandRunner commands() {
      return CommandRunner.processes();
    }

    @Override
    public List<String> loadedPrograms() {
      List<String> names = new ArrayList<>();
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment attributes = arena.allocate(ATTRIBUTES, 8);
        int id = 0;
        while (true) {
          // start_id and next_id are the first two ints.
          attributes.fill((byte) 0);
          attributes.set(JAVA_INT, 0, id);
          if (LinuxCalls.bpf(BPF_PROG_GET_NEXT_ID, attributes) < 0) {
            return names;
          }
          id = attributes.get(JAVA_INT, 4);
          String name = programName(arena, attributes, id);
          if (!name.isEmpty()) {
            names.add(name);
          }
        }
      }
    }

    private static String programName(Arena arena, MemorySegment attributes, int id) {
      attributes.fill((byte) 0);
      attributes.set(JAVA_INT, 0, id);
      long descriptor = LinuxCalls.bpf(BPF_PROG_GET_FD_BY_ID, attributes);
      if (descriptor < 0) {
        // Unloaded meanwhile, or not ours to see.
        return "";
      }
      try {
        MemorySegment information = arena.allocate(INFORMATION, 8);
        attributes.fill((byte) 0);
        attributes.set(JAVA_INT, 0, (int) descriptor);
        attributes.set(JAVA_INT, 4, INFORMATION);
        attributes.set(JAVA_LONG, 8, information.address());
        if (LinuxCalls.bpf(BPF_OBJ_GET_INFO_BY_FD, attributes) < 0) {
          return "";
        }
        byte[] name = information.asSlice(NAME_OFFSET, NAME_LENGTH).toArray(JAVA_BYTE);
        int length = 0;
        while (length < name.length && name[length] != 0) {
          length++;
        }
        return new String(name, 0, length, StandardCharsets.US_ASCII);
      } finally {
        LinuxCalls.close((int) descriptor);
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;
import me.bechberger.ebpf.bpf.raw.Lib;

/** What maps, programs and links have in common: a descriptor, an info record and a pin. */
final class KernelObject {
  private KernelObject() {}

  static int openPinned(Path path) {
    Libbpf.require();
    try (Arena arena = Arena.ofConfined()) {
      return BpfException.check(
          Lib.bpf_obj_get(arena.allocateFrom(path.toString())), "bpf_obj_get", path.toString());
    }
  }

  static void pin(int fd, Path path, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      int result = Lib.bpf_obj_pin(fd, arena.allocateFrom(path.toString()));
      if (result == -Errno.EPERM.number() || result == -Errno.EINVAL.number()) {
        throw new BpfException(
            "bpf_obj_pin",
            subject + " at " + path,
            -result,
            "is the directory on a bpffs (mount -t bpf none DIR), and are you root?");
      }
      BpfException.check(result, "bpf_obj_pin", subject + " at " + path);
    }
  }

  /** Reads the kernel's info record of {@code size} bytes and hands it to {@code read}. */
  static <T> T info(int fd, long size, String subject, Function<MemorySegment, T> read) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(size, Long.BYTES);
      readInfo(fd, info, subject);
      return read.apply(info);
    }
  }

  /**
   * Reads the kernel's info record, and the arrays that its pointers lead to. A record of zeros
   * gets their lengths.
   */
  static void readInfo(int fd, MemorySegment info, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) info.byteSize());
      BpfException.check(
          Lib.bpf_obj_get_info_by_fd(fd, info, length), "bpf_obj_get_info_by_fd", subject);
    }
  }

  /** A name that the kernel cut to 15 characters and ended with a zero byte. */
  static String name(MemorySegment field) {
    return field.getString(0, StandardCharsets.UTF_8);
  }

  static void close(int fd) {
    int unused = Lib.close(fd);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * The calls that need errno captured before the JVM can overwrite it. The rest goes through the
 * bindings, whose functions return {@code -errno}.
 */
@SuppressWarnings("restricted")
final class Native {
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
  private static final AddressLayout POINTER = ValueLayout.ADDRESS;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup SYMBOLS =
      SymbolLookup.loaderLookup().or(LINKER.defaultLookup());
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO =
      Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle MMAP =
      capturing("mmap", FunctionDescriptor.of(POINTER, POINTER, LONG, INT, INT, INT, LONG));
  private static final MethodHandle MUNMAP =
      capturing("munmap", FunctionDescriptor.of(INT, POINTER, LONG));
  private static final MethodHandle SETRLIMIT =
      capturing("setrlimit", FunctionDescriptor.of(INT, INT, POINTER));
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          SYMBOLS.findOrThrow("open"),
          FunctionDescriptor.of(INT, POINTER, INT),
          CAPTURE_ERRNO,
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle READ =
      capturing("read", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  private static final MethodHandle OPEN_OBJECT =
      capturing("bpf_object__open_mem", FunctionDescriptor.of(POINTER, POINTER, LONG, POINTER));

  private static final MethodHandle FREE =
      LINKER.downcallHandle(SYMBOLS.findOrThrow("free"), FunctionDescriptor.ofVoid(POINTER));

  private static final MethodHandle GETPAGESIZE =
      LINKER.downcallHandle(SYMBOLS.findOrThrow("getpagesize"), FunctionDescriptor.of(INT));

  private static final int PROT_READ = 1;
  private static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;
  private static final int RLIMIT_MEMLOCK = 8;
  private static final long RLIM_INFINITY = -1;
  private static final int O_RDONLY_CLOEXEC = 0x80000;

  private Native() {}

  /** bpf_object__open_mem(): the object, or an exception with the errno that NULL came with. */
  static MemorySegment openObject(MemorySegment elf, MemorySegment options, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment object =
          (MemorySegment) OPEN_OBJECT.invokeExact(state, elf, elf.byteSize(), options);
      if (object.address() == 0) {
        throw new BpfException("bpf_object__open_mem", subject, errno(state));
      }
      return object;
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  /** Maps {@code length} bytes of a BPF map, shared, for reading and writing. */
  static MemorySegment mmap(int fd, long length, String subject) {
    return mmap(fd, 0, length, PROT_READ | PROT_WRITE, subject);
  }

  /** Maps {@code length} bytes of a BPF map from {@code offset} on, shared, for reading. */
  static MemorySegment mmapReadOnly(int fd, long offset, long length, String subject) {
    return mmap(fd, offset, length, PROT_READ, subject);
  }

  private static MemorySegment mmap(
      int fd, long offset, long length, int protection, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment address =
          (MemorySegment)
              MMAP.invokeExact(
                  state, MemorySegment.NULL, length, protection, MAP_SHARED, fd, offset);
      if (address.address() == -1) {
        throw new BpfException("mmap", subject, errno(state));
      }
      return address;
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  /** In bytes. */
  static int pageSize() {
    try {
      return (int) GETPAGESIZE.invokeExact();
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  static void munmap(MemorySegment address, long length) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int result = (int) MUNMAP.invokeExact(state, address, length);
      if (result != 0) {
        throw new BpfException("munmap", "map memory", errno(state));
      }
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  /**
   * Lifts the limit of locked memory, against which kernels before 5.11 count every map. Without
   * CAP_SYS_RESOURCE this fails, harmlessly on newer kernels; on older ones creating a map then
   * fails with EPERM.
   */
  static void raiseLockedMemoryLimit() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment limit = arena.allocateFrom(LONG, RLIM_INFINITY, RLIM_INFINITY);
      int unused = (int) SETRLIMIT.invokeExact(state, RLIMIT_MEMLOCK, limit);
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  /** Opens a directory, for example a cgroup, for reading; the caller closes the descriptor. */
  static int openDirectory(Path path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      MemorySegment name = arena.allocateFrom(path.toString());
      int fd = (int) OPEN.invokeExact(state, name, O_RDONLY_CLOEXEC);
      if (fd < 0) {
        throw new BpfException("open", path.toString(), errno(state));
      }
      return fd;
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  /**
   * Reads until the buffer is full or there is nothing more now; 0 is the end. Interrupted reads,
   * and those that a long iteration without output ends (EAGAIN), are taken up again.
   */
  static int read(int fd, MemorySegment buffer, String subject) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      while (true) {
        long length = (long) READ.invokeExact(state, fd, buffer, buffer.byteSize());
        if (length >= 0) {
          return Math.toIntExact(length);
        }
        int errno = errno(state);
        if (errno != Errno.EINTR.number() && errno != Errno.EAGAIN.number()) {
          throw new BpfException("read", subject, errno);
        }
      }
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  /** Gives back what a C function allocated for its caller. */
  static void free(MemorySegment memory) {
    try {
      FREE.invokeExact(memory);
    } catch (Throwable failure) {
      throw unchecked(failure);
    }
  }

  private static MethodHandle capturing(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(SYMBOLS.findOrThrow(name), descriptor, CAPTURE_ERRNO);
  }

  private static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  private static RuntimeException unchecked(Throwable failure) {
    return switch (failure) {
      case RuntimeException exception -> exception;
      case Error error -> throw error;
      default -> new IllegalStateException("a native call failed", failure);
    };
  }
}

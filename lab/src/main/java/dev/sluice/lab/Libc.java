// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The few calls of the C library that the JDK does not offer. */
@SuppressWarnings("restricted")
final class Libc {
  private static final int O_RDONLY = 0;
  private static final int O_RDWR = 2;
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_VALUE =
      ERRNO.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final ValueLayout INT = ValueLayout.JAVA_INT;
  private static final ValueLayout LONG = ValueLayout.JAVA_LONG;
  private static final ValueLayout POINTER = ValueLayout.ADDRESS;

  private static final MethodHandle OPEN =
      call("open", FunctionDescriptor.of(INT, POINTER, INT), 2);
  private static final MethodHandle SOCKET =
      call("socket", FunctionDescriptor.of(INT, INT, INT, INT));
  private static final MethodHandle CLOSE = call("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle SETNS = call("setns", FunctionDescriptor.of(INT, INT, INT));
  private static final MethodHandle IOCTL =
      call("ioctl", FunctionDescriptor.of(INT, INT, LONG, POINTER), 2);
  private static final MethodHandle READ =
      call("read", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  private static final MethodHandle WRITE =
      call("write", FunctionDescriptor.of(LONG, INT, POINTER, LONG));
  private static final MethodHandle GETPEERNAME =
      call("getpeername", FunctionDescriptor.of(INT, INT, POINTER, POINTER));

  private Libc() {}

  static int openForReading(String path) {
    return open(path, O_RDONLY);
  }

  static int openForBoth(String path) {
    return open(path, O_RDWR);
  }

  /** A socket to ask the kernel by, in the network namespace of the calling thread. */
  static int datagramSocket() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      int descriptor = (int) SOCKET.invokeExact(errno, AF_INET, SOCK_DGRAM_CLOEXEC, 0);
      check("socket", descriptor, errno);
      return descriptor;
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  static void close(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      check("close", (int) CLOSE.invokeExact(errno, descriptor), errno);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** Moves the calling platform thread, and only it, into a network namespace. */
  static void enterNetworkNamespace(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      check("setns", (int) SETNS.invokeExact(errno, descriptor, CLONE_NEWNET), errno);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  static void ioctl(int descriptor, long request, MemorySegment argument) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      check("ioctl", (int) IOCTL.invokeExact(errno, descriptor, request, argument), errno);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /**
   * Reads what there is, at most the size of {@code buffer}, waiting for it; returns bytes read.
   */
  static long read(int descriptor, MemorySegment buffer) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      long count = (long) READ.invokeExact(errno, descriptor, buffer, buffer.byteSize());
      check("read", count, errno);
      return count;
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  static long write(int descriptor, MemorySegment bytes) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      long count = (long) WRITE.invokeExact(errno, descriptor, bytes, bytes.byteSize());
      check("write", count, errno);
      return count;
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  /** Fills {@code socketAddress} with a {@code struct sockaddr_in} or {@code sockaddr_in6}. */
  static void getpeername(int descriptor, MemorySegment socketAddress) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      MemorySegment length =
          arena.allocateFrom(ValueLayout.JAVA_INT, (int) socketAddress.byteSize());
      check(
          "getpeername",
          (int) GETPEERNAME.invokeExact(errno, descriptor, socketAddress, length),
          errno);
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  private static int open(String path, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment errno = arena.allocate(ERRNO);
      int descriptor = (int) OPEN.invokeExact(errno, arena.allocateFrom(path), flags);
      check("open " + path, descriptor, errno);
      return descriptor;
    } catch (Throwable failure) {
      throw rethrow(failure);
    }
  }

  private static void check(String what, long result, MemorySegment errno) {
    if (result < 0) {
      throw new LabException(what + ": errno " + (int) ERRNO_VALUE.get(errno, 0L));
    }
  }

  private static RuntimeException rethrow(Throwable failure) {
    if (failure instanceof RuntimeException known) {
      return known;
    }
    throw new AssertionError(failure);
  }

  private static MethodHandle call(String name, FunctionDescriptor descriptor) {
    return link(name, descriptor, Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle call(
      String name, FunctionDescriptor descriptor, int firstVariadicArgument) {
    return link(
        name,
        descriptor,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(firstVariadicArgument));
  }

  private static MethodHandle link(
      String name, FunctionDescriptor descriptor, Linker.Option... options) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(), descriptor, options);
  }
}

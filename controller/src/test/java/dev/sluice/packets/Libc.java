// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** Calls of the C library on descriptors. A failure is {@code -errno}, as the kernel says it. */
@SuppressWarnings("restricted")
final class Libc {
  static final int EAGAIN = 11;
  static final int ENOBUFS = 105;
  static final int O_RDWR = 2;
  static final int O_NONBLOCK = 0x800;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN = function("open", 3, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CLOSE = function("close", 1, JAVA_INT, JAVA_INT);
  private static final MethodHandle IOCTL =
      function("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);
  private static final MethodHandle READ =
      function("read", 3, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle WRITE =
      function("write", 3, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle SOCKET =
      function("socket", 3, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle BIND =
      function("bind", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle CONNECT =
      function("connect", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle GETPEERNAME =
      function("getpeername", 3, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle GETSOCKNAME =
      function("getsockname", 3, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle SENDTO =
      function("sendto", 6, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RECVFROM =
      function("recvfrom", 6, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS);

  private Libc() {}

  static int open(MemorySegment path, int flags) {
    return (int) call(OPEN, path, flags);
  }

  static void close(int descriptor) {
    call(CLOSE, descriptor);
  }

  static int ioctl(int descriptor, long request, MemorySegment argument) {
    return (int) call(IOCTL, descriptor, request, argument);
  }

  static long read(int descriptor, MemorySegment buffer) {
    return call(READ, descriptor, buffer, buffer.byteSize());
  }

  static long write(int descriptor, MemorySegment bytes) {
    return call(WRITE, descriptor, bytes, bytes.byteSize());
  }

  static int socket(int domain, int type, int protocol) {
    return (int) call(SOCKET, domain, type, protocol);
  }

  static int bind(int descriptor, MemorySegment address) {
    return (int) call(BIND, descriptor, address, (int) address.byteSize());
  }

  static int connect(int descriptor, MemorySegment address) {
    return (int) call(CONNECT, descriptor, address, (int) address.byteSize());
  }

  static int getpeername(int descriptor, MemorySegment address, MemorySegment length) {
    return (int) call(GETPEERNAME, descriptor, address, length);
  }

  static int getsockname(int descriptor, MemorySegment address, MemorySegment length) {
    return (int) call(GETSOCKNAME, descriptor, address, length);
  }

  static long sendto(int descriptor, MemorySegment bytes, MemorySegment address) {
    return call(SENDTO, descriptor, bytes, bytes.byteSize(), 0, address, (int) address.byteSize());
  }

  static long recvfrom(
      int descriptor,
      MemorySegment buffer,
      int flags,
      MemorySegment address,
      MemorySegment length) {
    return call(RECVFROM, descriptor, buffer, buffer.byteSize(), flags, address, length);
  }

  private static long call(MethodHandle function, Object... arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      Object[] all = new Object[arguments.length + 1];
      all[0] = state;
      System.arraycopy(arguments, 0, all, 1, arguments.length);
      long result = ((Number) function.invokeWithArguments(all)).longValue();
      return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static MethodHandle function(
      String name, int fixedArguments, MemoryLayout result, MemoryLayout... arguments) {
    FunctionDescriptor descriptor = FunctionDescriptor.of(result, arguments);
    Linker.Option errno = Linker.Option.captureCallState("errno");
    MemorySegment address = LINKER.defaultLookup().findOrThrow(name);
    return fixedArguments < arguments.length
        ? LINKER.downcallHandle(
            address, descriptor, errno, Linker.Option.firstVariadicArg(fixedArguments))
        : LINKER.downcallHandle(address, descriptor, errno);
  }
}

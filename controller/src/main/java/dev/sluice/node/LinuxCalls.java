// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * The handful of system calls of this package. Each returns what libc returns, except that a
 * failure is {@code -errno} instead of -1, as the kernel itself says it.
 */
@SuppressWarnings("restricted")
final class LinuxCalls {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
  private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle BIND =
      function("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CONNECT =
      function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle SENDTO =
      function(
          "sendto",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle UNSHARE =
      function("unshare", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle GETSOCKOPT =
      function(
          "getsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle SEND =
      function("send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle RECV =
      function("recv", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle POLL =
      function("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
  private static final MethodHandle EVENTFD =
      function("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle WRITE =
      function("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle STATFS =
      function("statfs", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS));

  private static final MethodHandle MOUNT =
      function(
          "mount", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));

  /** memmem() is in every libc of Linux; it fails in no way, and may be given the Java heap. */
  private static final MethodHandle MEMMEM =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("memmem"),
          FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG),
          Linker.Option.critical(true));

  private static final MethodHandle SETNS =
      function("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  /** open() is variadic: a third argument is only read if the file may be created. */
  private static final MethodHandle OPEN =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("open"),
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          CAPTURE_ERRNO,
          Linker.Option.firstVariadicArg(2));

  /** ioctl() is variadic: the third argument is the pointer that every request here takes. */
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          CAPTURE_ERRNO,
          Linker.Option.firstVariadicArg(2));

  private static final int O_CLOEXEC = 0x80000;

  /** bpf(2) has no wrapper in libc; syscall() is variadic from the second argument on. */
  private static final MethodHandle SYSCALL_BPF =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT),
          CAPTURE_ERRNO,
          Linker.Option.firstVariadicArg(1));

  private LinuxCalls() {}

  static int socket(int domain, int type, int protocol) {
    return call(state -> (int) SOCKET.invokeExact(state, domain, type, protocol));
  }

  static int bind(int descriptor, MemorySegment address) {
    int length = Math.toIntExact(address.byteSize());
    return call(state -> (int) BIND.invokeExact(state, descriptor, address, length));
  }

  static int connect(int descriptor, MemorySegment address) {
    int length = Math.toIntExact(address.byteSize());
    return call(state -> (int) CONNECT.invokeExact(state, descriptor, address, length));
  }

  static long sendTo(int descriptor, MemorySegment message, MemorySegment address) {
    int length = Math.toIntExact(address.byteSize());
    return callLong(
        state ->
            (long)
                SENDTO.invokeExact(
                    state, descriptor, message, message.byteSize(), 0, address, length));
  }

  /** Moves the calling thread, which must be a platform thread, into namespaces of its own. */
  static int unshare(int flags) {
    return call(state -> (int) UNSHARE.invokeExact(state, flags));
  }

  /** Moves the calling thread, which must be a platform thread, into another namespace. */
  static int enterNamespace(int descriptor, int kind) {
    return call(state -> (int) SETNS.invokeExact(state, descriptor, kind));
  }

  static int openForReading(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
      return call(state -> (int) OPEN.invokeExact(state, name, O_CLOEXEC));
    }
  }

  static int setIntOption(int descriptor, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment pointer = arena.allocateFrom(JAVA_INT, value);
      return call(
          state -> (int) SETSOCKOPT.invokeExact(state, descriptor, level, option, pointer, 4));
    }
  }

  /** Reads an option into {@code value}, whose size is what the kernel is told it may write. */
  static int getOption(int descriptor, int level, int option, MemorySegment value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocateFrom(JAVA_INT, Math.toIntExact(value.byteSize()));
      return call(
          state -> (int) GETSOCKOPT.invokeExact(state, descriptor, level, option, value, length));
    }
  }

  static long send(int descriptor, MemorySegment message) {
    return callLong(
        state -> (long) SEND.invokeExact(state, descriptor, message, message.byteSize(), 0));
  }

  static long receive(int descriptor, MemorySegment buffer, int flags) {
    return callLong(
        state -> (long) RECV.invokeExact(state, descriptor, buffer, buffer.byteSize(), flags));
  }

  /** Waits until one of the {@code struct pollfd} entries is ready; a negative time is for ever. */
  static int poll(MemorySegment entries, int count, int milliseconds) {
    return call(state -> (int) POLL.invokeExact(state, entries, (long) count, milliseconds));
  }

  static int eventDescriptor(int flags) {
    return call(state -> (int) EVENTFD.invokeExact(state, 0, flags));
  }

  /** Adds one to an eventfd, which wakes whoever polls it. */
  static long signal(int eventDescriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(JAVA_LONG, 1L);
      return callLong(state -> (long) WRITE.invokeExact(state, eventDescriptor, one, 8L));
    }
  }

  /** ioctl(2) with a pointer. */
  static int control(int descriptor, long request, MemorySegment argument) {
    return call(state -> (int) IOCTL.invokeExact(state, descriptor, request, argument));
  }

  static int close(int descriptor) {
    return call(state -> (int) CLOSE.invokeExact(state, descriptor));
  }

  /** The {@code f_type} of statfs(2), or {@code -errno}. */
  static long fileSystemType(String path) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(path, StandardCharsets.UTF_8);
      // struct statfs is 120 bytes on 64-bit Linux and starts with the type as a long.
      MemorySegment result = arena.allocate(256, 8);
      int code = call(state -> (int) STATFS.invokeExact(state, name, result));
      return code < 0 ? code : result.get(JAVA_LONG, 0);
    }
  }

  /** mount(2) of a file system that has no device and takes no options. */
  static int mount(String type, String directory) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment kind = arena.allocateFrom(type, StandardCharsets.UTF_8);
      MemorySegment target = arena.allocateFrom(directory, StandardCharsets.UTF_8);
      return call(
          state -> (int) MOUNT.invokeExact(state, kind, target, kind, 0L, MemorySegment.NULL));
    }
  }

  /** bpf(2); returns a descriptor, zero or {@code -errno}. */
  static long bpf(int command, MemorySegment attributes) {
    long number =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> 321L;
          case "aarch64", "riscv64" -> 280L;
          default -> -1L;
        };
    int size = Math.toIntExact(attributes.byteSize());
    return callLong(
        state -> (long) SYSCALL_BPF.invokeExact(state, number, command, attributes, size));
  }

  /** Whether the bytes occur in others, megabytes of them. */
  static boolean contains(byte[] all, byte[] wanted) {
    return callLong(
            state ->
                (long)
                    MEMMEM.invokeExact(
                        MemorySegment.ofArray(all),
                        (long) all.length,
                        MemorySegment.ofArray(wanted),
                        (long) wanted.length))
        != 0;
  }

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), descriptor, CAPTURE_ERRNO);
  }

  private static int call(IntCall call) {
    return Math.toIntExact(callLong(call::invoke));
  }

  @SuppressWarnings("ThrowSpecificExceptions")
  private static long callLong(LongCall call) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(CALL_STATE);
      long result = call.invoke(state);
      return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError("a native call has no checked exceptions", e);
    }
  }

  @FunctionalInterface
  private interface IntCall {
    int invoke(MemorySegment callState) throws Throwable;
  }

  @FunctionalInterface
  private interface LongCall {
    long invoke(MemorySegment callState) throws Throwable;
  }
}

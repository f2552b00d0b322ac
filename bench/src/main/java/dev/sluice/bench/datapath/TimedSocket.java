// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * A socket whose connect(2) is timed, with as little as can be around the call: the JDK's own does
 * more, and not the same each time.
 */
@SuppressWarnings("restricted")
final class TimedSocket implements AutoCloseable {
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_LINGER = 13;
  private static final int EINPROGRESS = 115;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option CAPTURE_ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO =
      Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));

  private static final MethodHandle SOCKET =
      function("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle SETSOCKOPT =
      function(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CONNECT =
      function("connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle CLOSE =
      function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final MemorySegment state;
  private final int descriptor;

  /** What a socket is for. */
  enum Kind {
    STREAM(1),
    DATAGRAM(2);

    /** SOCK_STREAM and SOCK_DGRAM. */
    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  private TimedSocket(int family, Kind kind, Arena arena) {
    state = arena.allocate(Linker.Option.captureStateLayout());
    descriptor = socket(state, family, kind.number | SOCK_NONBLOCK | SOCK_CLOEXEC);
  }

  /**
   * Opens a socket.
   *
   * @param address {@code struct sockaddr} of the family that it is for
   * @param arena that keeps what is needed for the calls; it may serve one socket after the other
   */
  static TimedSocket open(MemorySegment address, Kind kind, Arena arena) {
    TimedSocket socket = new TimedSocket(address.get(ValueLayout.JAVA_SHORT, 0), kind, arena);
    if (kind == Kind.STREAM) {
      socket.closeByReset(arena);
    }
    return socket;
  }

  private static int socket(MemorySegment state, int family, int type) {
    try {
      return checked((int) SOCKET.invokeExact(state, family, type, 0), "socket", state);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /**
   * A connection that is closed by a reset leaves no TIME_WAIT behind, which would take its port.
   */
  private void closeByReset(Arena arena) {
    MemorySegment linger = arena.allocateFrom(ValueLayout.JAVA_INT, 1, 0);
    try {
      checked(
          (int) SETSOCKOPT.invokeExact(state, descriptor, SOL_SOCKET, SO_LINGER, linger, 8),
          "setsockopt",
          state);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  /**
   * Calls connect() and returns the nanoseconds that it took. Over the loopback device a stream is
   * connected when it returns, or nearly so.
   *
   * @param address {@code struct sockaddr}
   */
  long connect(MemorySegment address) {
    int length = (int) address.byteSize();
    try {
      long start = System.nanoTime();
      int result = (int) CONNECT.invokeExact(state, descriptor, address, length);
      long nanos = System.nanoTime() - start;
      if (result != 0 && (int) ERRNO.get(state, 0L) != EINPROGRESS) {
        checked(result, "connect", state);
      }
      return nanos;
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }

  private static int checked(int result, String call, MemorySegment state) {
    if (result < 0) {
      throw new IllegalStateException(call + " failed, errno " + (int) ERRNO.get(state, 0L));
    }
    return result;
  }

  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name), descriptor, CAPTURE_ERRNO);
  }

  private static RuntimeException unchecked(Throwable failure) {
    return switch (failure) {
      case RuntimeException exception -> exception;
      case Error error -> throw error;
      default -> new IllegalStateException("a native call failed", failure);
    };
  }

  @Override
  public void close() {
    try {
      int unused = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw unchecked(e);
    }
  }
}

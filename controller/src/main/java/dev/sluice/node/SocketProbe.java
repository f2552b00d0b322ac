// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;

/**
 * Asks the kernel where a new socket would really go. No connection comes about: the socket is
 * closed as soon as the kernel has taken the destination.
 *
 * <p>The destination is read with SO_PEERNAME, which unlike getpeername(2) answers for a connection
 * that is still being opened. A program on getpeername would change the answer; none may be
 * attached.
 */
public final class SocketProbe {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_PEERNAME = 28;
  private static final int EINPROGRESS = 115;
  private static final int EHOSTUNREACH = 113;
  private static final int ECONNREFUSED = 111;
  private static final int SOCKADDR_IN = 16;
  private static final int SOCKADDR_IN6 = 28;
  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  /** What became of a call. */
  public sealed interface Answer {
    /** The kernel has taken this destination. */
    record Destination(InetSocketAddress address) implements Answer {}

    /** ECONNREFUSED. */
    record Refused() implements Answer {}

    /** EHOSTUNREACH. */
    record Unreachable() implements Answer {}
  }

  private SocketProbe() {}

  /**
   * Calls connect() on a new TCP socket.
   *
   * @throws NodeException if it fails in any other way than {@link Answer} has
   */
  public static Answer tcp(InetSocketAddress destination) {
    return connect(destination, SOCK_STREAM);
  }

  /** Calls connect() on a new UDP socket, as {@link #tcp} does for TCP. */
  public static Answer udp(InetSocketAddress destination) {
    return connect(destination, SOCK_DGRAM);
  }

  /** Sends a byte from a new UDP socket that is not connected; the destination is then as given. */
  public static Answer datagram(InetSocketAddress destination) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, destination);
      int socket = open(destination, SOCK_DGRAM);
      try {
        long result = LinuxCalls.sendTo(socket, arena.allocate(1), address);
        return result >= 0
            ? new Answer.Destination(destination)
            : failure((int) -result, "sendto", destination);
      } finally {
        LinuxCalls.close(socket);
      }
    }
  }

  private static Answer connect(InetSocketAddress destination, int type) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = address(arena, destination);
      int socket = open(destination, type);
      try {
        int result = LinuxCalls.connect(socket, address);
        if (result < 0 && result != -EINPROGRESS) {
          return failure(-result, "connect", destination);
        }
        MemorySegment peer = arena.allocate(address.byteSize(), Long.BYTES);
        int read = LinuxCalls.getOption(socket, SOL_SOCKET, SO_PEERNAME, peer);
        if (read < 0) {
          throw new NodeException("getsockopt(SO_PEERNAME)", -read);
        }
        return new Answer.Destination(read(peer));
      } finally {
        LinuxCalls.close(socket);
      }
    }
  }

  private static Answer failure(int errno, String call, InetSocketAddress destination) {
    return switch (errno) {
      case ECONNREFUSED -> new Answer.Refused();
      case EHOSTUNREACH -> new Answer.Unreachable();
      default -> throw new NodeException(call + " to " + destination, errno);
    };
  }

  private static int open(InetSocketAddress destination, int type) {
    int domain = destination.getAddress() instanceof Inet4Address ? AF_INET : AF_INET6;
    int socket = LinuxCalls.socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (socket < 0) {
      throw new NodeException("socket()", -socket);
    }
    return socket;
  }

  /** An address as connect(2) takes it: {@code struct sockaddr_in} or {@code sockaddr_in6}. */
  public static MemorySegment address(Arena arena, InetSocketAddress address) {
    byte[] bytes = address.getAddress().getAddress();
    boolean ipv4 = bytes.length == Integer.BYTES;
    MemorySegment memory = arena.allocate(ipv4 ? SOCKADDR_IN : SOCKADDR_IN6, Long.BYTES);
    memory.set(ValueLayout.JAVA_SHORT, 0, (short) (ipv4 ? AF_INET : AF_INET6));
    memory.set(PORT, 2, (short) address.getPort());
    MemorySegment.copy(bytes, 0, memory, ValueLayout.JAVA_BYTE, ipv4 ? 4 : 8, bytes.length);
    return memory;
  }

  private static InetSocketAddress read(MemorySegment memory) {
    boolean ipv4 = memory.get(ValueLayout.JAVA_SHORT, 0) == AF_INET;
    byte[] bytes = memory.asSlice(ipv4 ? 4 : 8, ipv4 ? 4 : 16).toArray(ValueLayout.JAVA_BYTE);
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(bytes), Short.toUnsignedInt(memory.get(PORT, 2)));
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.model.IpAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A program with one socket, to be run in a cgroup with socket hooks. It takes one command a line
 * and answers each with one line: an end {@code address port}, {@code ok}, or {@code errno N}.
 *
 * <pre>
 *   open tcp|udp ipv4|ipv6|mapped    (mapped: an IPv6 socket that calls ::ffff:a.b.c.d)
 *   connect ADDRESS PORT
 *   peer                             (getpeername)
 *   send ADDRESS PORT                (one datagram)
 *   receive                          (one datagram; answers with its source)
 *   port                             (the socket's own port)
 * </pre>
 */
public final class SocketProbe {
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int SOCKADDR_IN = 16;
  private static final int SOCKADDR_IN6 = 28;
  private static final int MAPPED_PREFIX = 12;
  private static final int ATTEMPTS = 2000;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private int descriptor = -1;
  private boolean ipv6;

  private SocketProbe() {}

  public static void main(String[] arguments) throws Exception {
    SocketProbe probe = new SocketProbe();
    BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.out.println("ready");
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      System.out.println(probe.run(Arrays.asList(line.split(" ", -1))));
    }
  }

  private String run(List<String> words) throws IOException, InterruptedException {
    try (Arena arena = Arena.ofConfined()) {
      return switch (words.getFirst()) {
        case "open" -> open(words.get(1).equals("tcp"), !words.get(2).equals("ipv4"));
        case "connect" -> answer(Libc.connect(descriptor, address(arena, words)));
        case "send" ->
            answer(Libc.sendto(descriptor, arena.allocateFrom("question"), address(arena, words)));
        case "peer" -> peer(arena);
        case "receive" -> receive(arena);
        case "port" -> port(arena);
        default -> throw new IOException("what is " + words);
      };
    }
  }

  private String open(boolean stream, boolean overIpv6) {
    if (descriptor >= 0) {
      Libc.close(descriptor);
    }
    ipv6 = overIpv6;
    descriptor = Libc.socket(ipv6 ? AF_INET6 : AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
    return answer(descriptor);
  }

  private String peer(Arena arena) {
    MemorySegment name = arena.allocate(SOCKADDR_IN6, 8);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SOCKADDR_IN6);
    int result = Libc.getpeername(descriptor, name, length);
    return result < 0 ? answer(result) : end(name);
  }

  private String receive(Arena arena) throws InterruptedException {
    MemorySegment name = arena.allocate(SOCKADDR_IN6, 8);
    MemorySegment buffer = arena.allocate(512);
    long result = -Libc.EAGAIN;
    for (int attempt = 0; attempt < ATTEMPTS && result == -Libc.EAGAIN; attempt++) {
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SOCKADDR_IN6);
      result = Libc.recvfrom(descriptor, buffer, MSG_DONTWAIT, name, length);
      if (result == -Libc.EAGAIN) {
        Thread.sleep(1);
      }
    }
    return result < 0 ? answer(result) : end(name);
  }

  private String port(Arena arena) {
    MemorySegment name = arena.allocate(SOCKADDR_IN6, 8);
    MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, SOCKADDR_IN6);
    int result = Libc.getsockname(descriptor, name, length);
    return result < 0
        ? answer(result)
        : Integer.toString(Short.toUnsignedInt(name.get(NETWORK_SHORT, 2)));
  }

  private static String answer(long result) {
    return result < 0 ? "errno " + -result : "ok";
  }

  private MemorySegment address(Arena arena, List<String> words) {
    byte[] bytes = IpAddress.parse(words.get(1)).bytes();
    short port = (short) Integer.parseInt(words.get(2));
    MemorySegment address = arena.allocate(ipv6 ? SOCKADDR_IN6 : SOCKADDR_IN, 8);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) (ipv6 ? AF_INET6 : AF_INET));
    address.set(NETWORK_SHORT, 2, port);
    long at = ipv6 ? 8 : 4;
    if (ipv6 && bytes.length == 4) {
      address.set(NETWORK_SHORT, at + MAPPED_PREFIX - 2, (short) 0xffff);
      at += MAPPED_PREFIX;
    }
    MemorySegment.copy(bytes, 0, address, ValueLayout.JAVA_BYTE, at, bytes.length);
    return address;
  }

  /** Mapped IPv4 addresses are told as IPv4. */
  private static String end(MemorySegment name) {
    int port = Short.toUnsignedInt(name.get(NETWORK_SHORT, 2));
    byte[] bytes;
    if (name.get(ValueLayout.JAVA_SHORT, 0) == AF_INET) {
      bytes = name.asSlice(4, 4).toArray(ValueLayout.JAVA_BYTE);
    } else {
      bytes = name.asSlice(8, 16).toArray(ValueLayout.JAVA_BYTE);
      boolean mapped =
          name.get(ValueLayout.JAVA_LONG, 8) == 0
              && name.get(ValueLayout.JAVA_INT, 16) == 0xffff0000;
      bytes = mapped ? Arrays.copyOfRange(bytes, MAPPED_PREFIX, bytes.length) : bytes;
    }
    return IpAddress.ofBytes(bytes) + " " + port;
  }
}

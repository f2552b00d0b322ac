// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What the kernel says about the other end of a socket. The JDK repeats the address that connect()
 * was given, which tells nothing about the socket hooks.
 */
final class SocketNames {
  private static final int SOCKADDR_IN6_BYTES = 28;
  private static final short AF_INET = 2;
  private static final ValueLayout.OfShort FAMILY = ValueLayout.JAVA_SHORT;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketNames() {}

  /** The result of getpeername(2), with mapped IPv4 addresses as IPv4. */
  static InetSocketAddress remote(SocketChannel channel) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SOCKADDR_IN6_BYTES, 8);
      Libc.getpeername(descriptor(channel), name);
      boolean ipv4 = name.get(FAMILY, 0) == AF_INET;
      byte[] address = name.asSlice(ipv4 ? 4 : 8, ipv4 ? 4 : 16).toArray(ValueLayout.JAVA_BYTE);
      return new InetSocketAddress(
          InetAddress.getByAddress(address), Short.toUnsignedInt(name.get(NETWORK_SHORT, 2)));
    }
  }

  /** The other end that packets of the TCP socket go to, from {@code /proc/net/tcp}. */
  static InetSocketAddress peer(SocketChannel channel) throws IOException {
    InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
    for (String table : List.of("/proc/self/net/tcp", "/proc/self/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        List<String> columns = Arrays.asList(line.strip().split(" +", -1));
        boolean header = columns.getFirst().equals("sl");
        if (!header && local.equals(address(columns.get(1)))) {
          return address(columns.get(2));
        }
      }
    }
    throw new IOException("no socket with the local address " + local + " in /proc/net/tcp");
  }

  /** Reads {@code 0100007F:1F90}: words of the address in this machine's byte order, then port. */
  private static InetSocketAddress address(String column) throws UnknownHostException {
    int colon = column.indexOf(':');
    byte[] address = HexFormat.of().parseHex(column, 0, colon);
    if (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN) {
      reverseWords(address);
    }
    return new InetSocketAddress(
        InetAddress.getByAddress(address),
        HexFormat.fromHexDigits(column, colon + 1, column.length()));
  }

  private static void reverseWords(byte[] address) {
    for (int word = 0; word < address.length; word += 4) {
      for (int i = 0; i < 2; i++) {
        byte swapped = address[word + i];
        address[word + i] = address[word + 3 - i];
        address[word + 3 - i] = swapped;
      }
    }
  }

  /** The file descriptor; needs {@code --add-exports java.base/sun.nio.ch=ALL-UNNAMED}. */
  private static int descriptor(SocketChannel channel) throws IOException {
    try {
      return (int) Class.forName("sun.nio.ch.SelChImpl").getMethod("getFDVal").invoke(channel);
    } catch (ReflectiveOperationException failure) {
      throw new IOException("this JDK hides the descriptors of sockets", failure);
    }
  }
}

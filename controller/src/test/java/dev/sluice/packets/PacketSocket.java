// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** A packet(7) socket on one device: sends and receives whole frames. */
final class PacketSocket implements AutoCloseable {
  private static final int AF_PACKET = 17;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int ETH_P_ALL = 3;
  private static final int PACKET_OUTGOING = 4;
  private static final int ADDRESS_BYTES = 20;
  private static final int LONGEST_FRAME = 4096;
  private static final ValueLayout.OfShort NETWORK_SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private final int descriptor;
  private final int device;

  private PacketSocket(int descriptor, int device) {
    this.descriptor = descriptor;
    this.device = device;
  }

  /** A socket that receives, too; what passes before is not seen. */
  static PacketSocket receiving(int device) {
    PacketSocket socket = sendingOnly(device);
    try (Arena arena = Arena.ofConfined()) {
      int result = Libc.bind(socket.descriptor, socket.address(arena, ETH_P_ALL));
      if (result < 0) {
        throw new IllegalStateException("bind(AF_PACKET): errno " + -result);
      }
    }
    return socket;
  }

  static PacketSocket sendingOnly(int device) {
    int descriptor = Libc.socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
    if (descriptor < 0) {
      throw new IllegalStateException("socket(AF_PACKET): errno " + -descriptor);
    }
    return new PacketSocket(descriptor, device);
  }

  void send(int etherType, byte[] frame) {
    try (Arena arena = Arena.ofConfined()) {
      long result =
          Libc.sendto(
              descriptor,
              arena.allocateFrom(ValueLayout.JAVA_BYTE, frame),
              address(arena, etherType));
      // ENOBUFS tells that the packet was dropped on its way, by a program for example.
      if (result < 0 && result != -Libc.ENOBUFS) {
        throw new IllegalStateException("sendto(AF_PACKET): errno " + -result);
      }
    }
  }

  /** The next frame that somebody else sent to this device. */
  Optional<byte[]> receive() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(LONGEST_FRAME);
      MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
      while (true) {
        MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, ADDRESS_BYTES);
        long count = Libc.recvfrom(descriptor, buffer, 0, address, length);
        if (count == -Libc.EAGAIN) {
          return Optional.empty();
        }
        if (count < 0) {
          throw new IllegalStateException("recvfrom(AF_PACKET): errno " + -count);
        }
        if (address.get(ValueLayout.JAVA_BYTE, 10) != PACKET_OUTGOING) {
          byte[] frame = buffer.toArray(ValueLayout.JAVA_BYTE);
          return Optional.of(Arrays.copyOf(frame, (int) count));
        }
      }
    }
  }

  /** A {@code struct sockaddr_ll}. */
  private MemorySegment address(Arena arena, int etherType) {
    MemorySegment address = arena.allocate(ADDRESS_BYTES, 8);
    address.set(ValueLayout.JAVA_SHORT, 0, (short) AF_PACKET);
    address.set(NETWORK_SHORT, 2, (short) etherType);
    address.set(ValueLayout.JAVA_INT, 4, device);
    return address;
  }

  @Override
  public void close() {
    Libc.close(descriptor);
  }
}

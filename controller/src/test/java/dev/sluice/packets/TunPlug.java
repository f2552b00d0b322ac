// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.node.PrivateNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A tun device, which has no link header; its descriptor is the wire. Each packet there has the
 * four bytes of {@code struct tun_pi} before it: flags and the EtherType, so that anything can be
 * delivered, IP or not.
 */
public final class TunPlug implements Plug {
  private static final long TUNSETIFF = 0x400454caL;
  private static final int IFF_TUN = 1;
  private static final int REQUEST_BYTES = 40;
  private static final int REQUEST_FLAGS = 16;
  private static final int PREFIX = 4;
  private static final int LONGEST_PACKET = 4096;

  private final int index;
  private final int wire;
  private final PacketSocket host;

  private TunPlug(int index, int wire, PacketSocket host) {
    this.index = index;
    this.wire = wire;
    this.host = host;
  }

  public static TunPlug create(PrivateNamespace namespace, String name) {
    int wire = namespace.call(() -> open(name));
    namespace.run("ip link set " + name + " addrgenmode none");
    namespace.run("ip link set " + name + " up");
    int index = Plug.index(namespace, name);
    return namespace.call(() -> new TunPlug(index, wire, PacketSocket.sendingOnly(index)));
  }

  private static int open(String name) {
    try (Arena arena = Arena.ofConfined()) {
      int descriptor = Libc.open(arena.allocateFrom("/dev/net/tun"), Libc.O_RDWR | Libc.O_NONBLOCK);
      MemorySegment request = arena.allocate(REQUEST_BYTES, 8);
      request.setString(0, name);
      request.set(ValueLayout.JAVA_SHORT, REQUEST_FLAGS, (short) IFF_TUN);
      int result = descriptor < 0 ? descriptor : Libc.ioctl(descriptor, TUNSETIFF, request);
      if (result < 0) {
        throw new IllegalStateException("cannot make a tun device: errno " + -result);
      }
      return descriptor;
    }
  }

  @Override
  public int index() {
    return index;
  }

  @Override
  public int linkHeaderLength() {
    return 0;
  }

  @Override
  public void receive(Sent packet) {
    byte[] bytes =
        ByteBuffer.allocate(PREFIX + packet.bytes().length)
            .putShort((short) 0)
            .putShort((short) packet.etherType())
            .put(packet.bytes())
            .array();
    try (Arena arena = Arena.ofConfined()) {
      long result = Libc.write(wire, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes));
      if (result < 0) {
        throw new IllegalStateException("write to a tun device: errno " + -result);
      }
    }
  }

  @Override
  public void transmit(Sent packet) {
    host.send(packet.etherType(), packet.bytes());
  }

  @Override
  public Optional<Seen> seen() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(LONGEST_PACKET);
      while (true) {
        long count = Libc.read(wire, buffer);
        if (count == -Libc.EAGAIN) {
          return Optional.empty();
        }
        if (count < 0) {
          throw new IllegalStateException("read from a tun device: errno " + -count);
        }
        byte[] read = buffer.asSlice(0, count).toArray(ValueLayout.JAVA_BYTE);
        byte[] bytes = Arrays.copyOfRange(read, PREFIX, read.length);
        int etherType = Short.toUnsignedInt(ByteBuffer.wrap(read).getShort(2));
        if (!Plug.isMulticast6(etherType, bytes)) {
          return Optional.of(new Seen(new byte[0], bytes));
        }
      }
    }
  }

  @Override
  public void close() {
    Libc.close(wire);
    host.close();
  }
}

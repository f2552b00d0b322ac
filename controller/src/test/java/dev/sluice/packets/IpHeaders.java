// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.model.IpFamily;
import dev.sluice.packets.Packet.Trait;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The IP header of a packet, with options or extension headers, around a body. */
record IpHeaders(Packet packet) {
  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int DESTINATION_OPTIONS = 60;
  private static final int IPV4_HEADER = 20;
  private static final int MORE_FRAGMENTS = 0x2000;

  byte[] around(byte[] body) {
    return switch (packet.family()) {
      case IPV4 -> ipv4(body, 0, 0);
      case IPV6 -> {
        Chain chain = new Chain(packet.protocol(), body);
        if (has(Trait.OPTIONS)) {
          chain.prepend(DESTINATION_OPTIONS, padding());
          chain.prepend(HOP_BY_HOP, padding());
        } else if (has(Trait.ROUTING_HEADER)) {
          chain.prepend(ROUTING, new byte[] {0, 4, 0, 0, 0, 0, 0});
        }
        yield ipv6(chain);
      }
    };
  }

  /** What is cut into fragments: destination options are, hop-by-hop options are not. */
  byte[] fragmentable() {
    return divisible().bytes;
  }

  byte[] around(Fragment fragment) {
    Chain all = divisible();
    byte[] part = Arrays.copyOfRange(all.bytes, fragment.offset(), fragment.end());
    int more = fragment.more() ? 1 : 0;
    if (packet.family() == IpFamily.IPV4) {
      return ipv4(part, fragment.id(), fragment.offset() / 8 | more * MORE_FRAGMENTS);
    }
    Chain chain = new Chain(all.first, part);
    ByteBuffer header = ByteBuffer.allocate(7).put((byte) 0);
    header.putShort((short) (fragment.offset() | more)).putInt(fragment.id());
    chain.prepend(FRAGMENT, header.array());
    if (has(Trait.OPTIONS)) {
      chain.prepend(HOP_BY_HOP, padding());
    }
    return ipv6(chain);
  }

  private Chain divisible() {
    Chain chain = new Chain(packet.protocol(), packet.transportBytes());
    if (packet.family() == IpFamily.IPV6 && has(Trait.OPTIONS)) {
      chain.prepend(DESTINATION_OPTIONS, padding());
    }
    return chain;
  }

  private boolean has(Trait trait) {
    return packet.traits().contains(trait);
  }

  private byte[] ipv4(byte[] body, int id, int fragmentBits) {
    int header = IPV4_HEADER + (has(Trait.OPTIONS) ? 4 : 0);
    ByteBuffer bytes = ByteBuffer.allocate(header + body.length);
    bytes.put((byte) (4 << 4 | header / 4)).put((byte) 0);
    bytes.putShort((short) bytes.capacity()).putShort((short) id);
    bytes.putShort((short) fragmentBits);
    bytes.put((byte) packet.hopLimit()).put((byte) packet.protocol()).putShort((short) 0);
    bytes.put(packet.from().address().bytes()).put(packet.to().address().bytes());
    while (bytes.position() < header) {
      bytes.put((byte) 1); // no operation
    }
    bytes.put(body);
    bytes.putShort(10, (short) Checksum.of(Arrays.copyOf(bytes.array(), header)));
    return bytes.array();
  }

  private byte[] ipv6(Chain chain) {
    ByteBuffer bytes = ByteBuffer.allocate(40 + chain.bytes.length);
    bytes.putInt(6 << 28).putShort((short) chain.bytes.length);
    bytes.put((byte) chain.first).put((byte) packet.hopLimit());
    bytes.put(packet.from().address().bytes()).put(packet.to().address().bytes());
    return bytes.put(chain.bytes).array();
  }

  /** A header of options behind its first byte: padding only. */
  private static byte[] padding() {
    return new byte[] {0, 1, 4, 0, 0, 0, 0};
  }

  /** Extension headers and what they precede, made from the inside out. */
  private static final class Chain {
    private int first;
    private byte[] bytes;

    private Chain(int protocol, byte[] body) {
      first = protocol;
      bytes = body;
    }

    /** Puts a header before it, whose first byte is the number of the one that follows. */
    private void prepend(int number, byte[] header) {
      ByteArrayOutputStream longer = new ByteArrayOutputStream();
      longer.write(first);
      longer.writeBytes(header);
      longer.writeBytes(bytes);
      first = number;
      bytes = longer.toByteArray();
    }
  }
}

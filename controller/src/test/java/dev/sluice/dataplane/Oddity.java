// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpFamily;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Sent;

/**
 * Something that is done to a packet's bytes without making up for it elsewhere.
 *
 * @param number what the kind makes of it; not negative
 */
record Oddity(Kind kind, int number) {
  /** What is done. */
  enum Kind {
    /** The transport checksum is 0: for UDP, none. */
    CHECKSUM_ZERO,
    CHECKSUM_ONES,
    /** One from which translation makes 0, which UDP must not have. */
    CHECKSUM_THAT_BECOMES_ZERO,
    CHECKSUM_ANY,
    /** Lengths that the headers tell. */
    IP_LENGTH,
    UDP_LENGTH,
    TCP_DATA_OFFSET,
    /** Bytes behind the packet. */
    PADDED,
    CUT,
    VLAN_TAG,
    /** What the link header says it is. */
    ETHER_TYPE,
    VERSION,
    BIT_FLIPPED
  }

  private static final int LONGEST_PADDING = 40;
  private static final int PROTOCOL_IPV4 = 0x0800;
  private static final int PROTOCOL_IPV6 = 0x86dd;

  /** Length of the IP header that a packet has without options. */
  static int transport(Packet packet) {
    return packet.family() == IpFamily.IPV4 ? 20 : 40;
  }

  /**
   * Does it.
   *
   * @param packet what was built, before anything was done to it
   */
  Sent in(Sent sent, Packet packet, Rewrite rewrite) {
    int transport = transport(packet);
    int checksum = transport + (packet.protocol() == Packet.TCP ? 16 : 6);
    boolean ipv4 = packet.family() == IpFamily.IPV4;
    return switch (kind) {
      case CHECKSUM_ZERO -> word(sent, checksum, 0);
      case CHECKSUM_ONES -> word(sent, checksum, 0xffff);
      case CHECKSUM_THAT_BECOMES_ZERO -> word(sent, checksum, rewrite.checksumThatBecomesZero());
      case CHECKSUM_ANY -> word(sent, checksum, number);
      case IP_LENGTH -> word(sent, ipv4 ? 2 : 4, number % (sent.bytes().length + LONGEST_PADDING));
      case UDP_LENGTH -> word(sent, transport + 4, number % 2000);
      case TCP_DATA_OFFSET -> patched(sent, transport + 12, number % 16 << 4);
      case PADDED -> sent.padded(new int[number % LONGEST_PADDING]);
      case CUT -> sent.cut(1 + number % sent.bytes().length);
      case VLAN_TAG -> sent.tagged(number % 4096);
      case ETHER_TYPE -> new Sent(sent + " as another", otherType(sent), sent.bytes());
      case VERSION -> patched(sent, 0, number % 256);
      case BIT_FLIPPED -> flipped(sent);
    };
  }

  private static int otherType(Sent sent) {
    return switch (sent.etherType()) {
      case PROTOCOL_IPV4 -> PROTOCOL_IPV6;
      case PROTOCOL_IPV6 -> PROTOCOL_IPV4;
      default -> Sent.ARP;
    };
  }

  private Sent flipped(Sent sent) {
    int bit = number % (8 * Math.min(sent.bytes().length, 100));
    return patched(sent, bit / 8, sent.bytes()[bit / 8] ^ 1 << bit % 8);
  }

  private static Sent word(Sent sent, int offset, int value) {
    return patched(patched(sent, offset, value >> 8), offset + 1, value);
  }

  /** Leaves packets alone that have been cut before the place. */
  private static Sent patched(Sent sent, int offset, int value) {
    return offset < sent.bytes().length ? sent.patched(offset, value) : sent;
  }

  @Override
  public String toString() {
    return kind + " " + number;
  }
}

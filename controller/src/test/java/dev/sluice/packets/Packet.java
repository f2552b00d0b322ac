// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.model.IpFamily;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Set;
import java.util.StringJoiner;
import java.util.zip.CRC32C;

/**
 * An IP packet, described by what matters of it; of either family, as its addresses are. {@link
 * #bytes()} computes lengths and checksums from scratch, so that comparing a packet that a program
 * has rewritten with the bytes of the one that is expected also checks its checksums.
 *
 * @param protocol as in the IP header; TCP and UDP get a transport header, others the payload only
 * @param flags of TCP
 * @param hopLimit or time to live
 */
public record Packet(
    End from,
    End to,
    int protocol,
    Set<Flag> flags,
    int sequence,
    int acknowledgement,
    int window,
    int hopLimit,
    String payload,
    Set<Trait> traits)
    implements IpPacket {

  /** A flag of TCP, with its bit. */
  public enum Flag {
    FIN(1),
    SYN(2),
    RST(4),
    ACK(16);

    private final int bit;

    Flag(int bit) {
      this.bit = bit;
    }
  }

  /** What is unusual about a packet. */
  public enum Trait {
    /** IPv4 options; for IPv6 hop-by-hop and destination options. */
    OPTIONS,
    /** IPv6 with a routing header, which makes the destination an intermediate one. */
    ROUTING_HEADER,
    /** UDP over IPv4 with checksum 0: none (RFC 768). */
    NO_CHECKSUM
  }

  public static final int ICMP = 1;
  public static final int TCP = 6;
  public static final int UDP = 17;
  public static final int GRE = 47;
  public static final int ICMPV6 = 58;

  public static final int SCTP = 132;

  public static Packet tcp(End from, End to, Flag... flags) {
    Set<Flag> set = EnumSet.noneOf(Flag.class);
    set.addAll(Set.of(flags));
    return new Packet(from, to, TCP, set, 1000, 2000, 512, 64, "", Set.of());
  }

  public static Packet udp(End from, End to) {
    return other(UDP, from, to).carrying("question");
  }

  /** An SCTP packet with one empty chunk, whose type stands in the place of the sequence number. */
  public static Packet sctp(End from, End to, int chunk) {
    return new Packet(from, to, SCTP, Set.of(), chunk, 0, 0, 64, "", Set.of());
  }

  /** A packet of a protocol that this class knows nothing about. */
  public static Packet other(int protocol, End from, End to) {
    return new Packet(from, to, protocol, Set.of(), 0, 0, 0, 64, "whatever it carries", Set.of());
  }

  public Packet from(End end) {
    return new Packet(
        end, to, protocol, flags, sequence, acknowledgement, window, hopLimit, payload, traits);
  }

  public Packet to(End end) {
    return new Packet(
        from, end, protocol, flags, sequence, acknowledgement, window, hopLimit, payload, traits);
  }

  public Packet numbered(int newSequence, int newAcknowledgement, int newWindow) {
    return new Packet(
        from,
        to,
        protocol,
        flags,
        newSequence,
        newAcknowledgement,
        newWindow,
        hopLimit,
        payload,
        traits);
  }

  @Override
  public Packet hops(int limit) {
    return new Packet(
        from, to, protocol, flags, sequence, acknowledgement, window, limit, payload, traits);
  }

  public Packet carrying(String text) {
    return new Packet(
        from, to, protocol, flags, sequence, acknowledgement, window, hopLimit, text, traits);
  }

  public Packet with(Trait... more) {
    return new Packet(
        from,
        to,
        protocol,
        flags,
        sequence,
        acknowledgement,
        window,
        hopLimit,
        payload,
        Set.of(more));
  }

  @Override
  public IpFamily family() {
    return to.address().family();
  }

  @Override
  public byte[] bytes() {
    return around(transportBytes());
  }

  /** The packet behind its IP header and that one's options. */
  byte[] transportBytes() {
    return switch (protocol) {
      case TCP -> tcpSegment();
      case UDP -> udpDatagram();
      case SCTP -> sctpPacket();
      default -> payload.getBytes(StandardCharsets.UTF_8);
    };
  }

  /** Length of the transport header in bytes. */
  int headerLength() {
    return protocol == TCP ? 20 : 8;
  }

  /** Where the checksum is in {@link #transportBytes()}. */
  int checksumOffset() {
    return switch (protocol) {
      case TCP -> 16;
      case UDP -> 6;
      default -> throw new IllegalStateException(this + " has no checksum that is known");
    };
  }

  /** A packet with this one's IP header, but another body. */
  byte[] around(byte[] body) {
    return new IpHeaders(this).around(body);
  }

  private byte[] tcpSegment() {
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    ByteBuffer segment = ByteBuffer.allocate(20 + text.length);
    segment.putShort((short) from.port()).putShort((short) to.port());
    segment.putInt(sequence);
    segment.putInt(flags.contains(Flag.ACK) ? acknowledgement : 0);
    int bits = flags.stream().mapToInt(flag -> flag.bit).sum();
    segment.putShort((short) (5 << 12 | bits)).putShort((short) window);
    segment.position(20).put(text);
    segment.putShort(16, (short) transportChecksum(segment.array()));
    return segment.array();
  }

  private byte[] udpDatagram() {
    byte[] text = payload.getBytes(StandardCharsets.UTF_8);
    ByteBuffer datagram = ByteBuffer.allocate(8 + text.length);
    datagram.putShort((short) from.port()).putShort((short) to.port());
    datagram.putShort((short) datagram.capacity()).position(8);
    datagram.put(text);
    if (!traits.contains(Trait.NO_CHECKSUM)) {
      int checksum = transportChecksum(datagram.array());
      datagram.putShort(6, (short) (checksum == 0 ? 0xffff : checksum));
    }
    return datagram.array();
  }

  /**
   * The checksum is over the whole packet, ports included, and no address (RFC 9260, appendix A).
   */
  private byte[] sctpPacket() {
    ByteBuffer packet = ByteBuffer.allocate(16);
    packet.putShort((short) from.port()).putShort((short) to.port()).putInt(7);
    packet.put(12, (byte) sequence).putShort(14, (short) 4);
    CRC32C sum = new CRC32C();
    sum.update(packet.array());
    packet.putInt(8, Integer.reverseBytes((int) sum.getValue()));
    return packet.array();
  }

  /** Over the pseudo-header and the segment (RFC 9293, 3.1; RFC 8200, 8.1). */
  int transportChecksum(byte[] segment) {
    return Checksum.of(
        from.address().bytes(),
        to.address().bytes(),
        new byte[] {0, (byte) protocol},
        new byte[] {(byte) (segment.length >> 8), (byte) segment.length},
        segment);
  }

  /** {@code TCP SYN 192.0.2.1:4000 > 192.0.2.2:80}, with what is unusual about it. */
  @Override
  public String toString() {
    StringJoiner words = new StringJoiner(" ");
    words.add(
        switch (protocol) {
          case TCP -> "TCP";
          case UDP -> "UDP";
          case SCTP -> "SCTP chunk " + sequence;
          default -> "protocol " + protocol;
        });
    flags.forEach(flag -> words.add(flag.name()));
    words.add(from + " > " + to);
    traits.forEach(trait -> words.add(trait.name()));
    return words.toString();
  }
}

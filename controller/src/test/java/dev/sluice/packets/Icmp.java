// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * An ICMP packet, or an ICMPv6 one, as its addresses are.
 *
 * @param word the second half of its header: an MTU, or an echo's identifier and number
 * @param quote the packet an error is about; empty for an echo
 */
public record Icmp(
    IpAddress from, IpAddress to, Kind kind, int word, Optional<Quote> quote, int hopLimit)
    implements IpPacket {

  /** What it says, with type and code in both families (RFC 792, RFC 4443). */
  public enum Kind {
    ECHO_REQUEST(8, 0, 128, 0),
    PORT_UNREACHABLE(3, 3, 1, 4),
    TIME_EXCEEDED(11, 0, 3, 0),
    /** With the MTU of the next hop; for IPv4 "fragmentation needed" (RFC 1191). */
    PACKET_TOO_BIG(3, 4, 2, 0);

    private final int type4;
    private final int code4;
    private final int type6;
    private final int code6;

    Kind(int type4, int code4, int type6, int code6) {
      this.type4 = type4;
      this.code4 = code4;
      this.type6 = type6;
      this.code6 = code6;
    }
  }

  /**
   * The beginning of a packet.
   *
   * @param packet or a fragment of one
   * @param checksum whose transport checksum it bears: translators leave that one alone
   * @param length how many bytes behind the IP header are quoted, at most
   */
  record Quote(IpPacket packet, Packet checksum, int length) {
    private byte[] bytes() {
      byte[] bytes = packet.bytes();
      int header = bytes.length - bodyLength();
      if (hasChecksum()) {
        int offset = checksum.checksumOffset();
        System.arraycopy(checksum.transportBytes(), offset, bytes, header + offset, 2);
      }
      return Arrays.copyOf(bytes, header + Math.min(length, bytes.length - header));
    }

    private int bodyLength() {
      return packet instanceof Fragment fragment
          ? fragment.end() - fragment.offset()
          : whole(packet).transportBytes().length;
    }

    /** Whether it bears a checksum that translation changes; that of SCTP covers no address. */
    private boolean hasChecksum() {
      boolean first = !(packet instanceof Fragment fragment) || fragment.offset() == 0;
      return first && checksum.protocol() != Packet.SCTP;
    }
  }

  private static final int HEADER = 8;
  private static final int MTU = 1400;
  private static final int LEAST_QUOTED = 8;

  public static Icmp echoRequest(IpAddress from, IpAddress to) {
    return new Icmp(from, to, Kind.ECHO_REQUEST, 0x12340001, Optional.empty(), 64);
  }

  /** An error about a packet or a fragment, to its sender, which quotes all of it. */
  public static Icmp error(Kind kind, IpAddress from, IpPacket about) {
    return new Icmp(
        from,
        whole(about).from().address(),
        kind,
        kind == Kind.PACKET_TOO_BIG ? MTU : 0,
        Optional.of(new Quote(about, whole(about), Integer.MAX_VALUE)),
        64);
  }

  private static Packet whole(IpPacket about) {
    return switch (about) {
      case Packet packet -> packet;
      case Fragment fragment -> fragment.whole();
      case Icmp error -> throw new IllegalArgumentException("an error about " + error);
    };
  }

  /** The same with no more than the 8 bytes behind the quoted IP header that RFC 792 asks for. */
  public Icmp quotingTheLeast() {
    return quoting(quote.map(old -> new Quote(old.packet, old.checksum, LEAST_QUOTED)));
  }

  /** The same with no more than the transport header behind the quoted IP header. */
  public Icmp quotingTheHeaders() {
    return quoting(
        quote.map(old -> new Quote(old.packet, old.checksum, old.checksum.headerLength())));
  }

  /** The same with the quoted packet's transport checksum from another packet. */
  public Icmp quotingChecksumOf(Packet packet) {
    return quoting(quote.map(old -> new Quote(old.packet, packet, old.length)));
  }

  private Icmp quoting(Optional<Quote> other) {
    return new Icmp(from, to, kind, word, other, hopLimit);
  }

  public Icmp to(IpAddress address) {
    return new Icmp(from, address, kind, word, quote, hopLimit);
  }

  @Override
  public Icmp hops(int limit) {
    return new Icmp(from, to, kind, word, quote, limit);
  }

  @Override
  public IpFamily family() {
    return to.family();
  }

  @Override
  public byte[] bytes() {
    boolean ipv4 = family() == IpFamily.IPV4;
    byte[] body = quote.map(Quote::bytes).orElseGet(() -> "echo".getBytes(StandardCharsets.UTF_8));
    ByteBuffer message = ByteBuffer.allocate(HEADER + body.length);
    message.put((byte) (ipv4 ? kind.type4 : kind.type6));
    message.put((byte) (ipv4 ? kind.code4 : kind.code6));
    message.putShort((short) 0).putInt(word).put(body);
    Packet carrier =
        Packet.other(ipv4 ? Packet.ICMP : Packet.ICMPV6, new End(from, 0), new End(to, 0))
            .hops(hopLimit);
    byte[] bytes = message.array();
    int checksum = ipv4 ? Checksum.of(bytes) : carrier.transportChecksum(bytes);
    message.putShort(2, (short) checksum);
    return carrier.around(bytes);
  }

  /** {@code TIME_EXCEEDED 192.0.2.1 > 192.0.2.2 about TCP SYN ...}. */
  @Override
  public String toString() {
    String text = kind + " " + from + " > " + to;
    return quote.map(quoted -> text + " about " + quoted.packet).orElse(text);
  }
}

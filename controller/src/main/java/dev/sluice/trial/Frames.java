// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A packet as an Ethernet frame: the first of a connection (a SYN, a datagram, or an SCTP INIT), or
 * a later one. SCTP's checksum is left out; nobody receives it.
 */
public final class Frames {
  private static final int ETHERNET = 14;

  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int HOP_LIMIT = 64;

  /** To all, as the device's own address is not known here; from somebody. */
  private static final byte[] MAC_ADDRESSES = {-1, -1, -1, -1, -1, -1, 2, 0, 0, 0, 0, 2};

  private static final int RST = 4;
  private static final int ACK = 16;

  private Frames() {}

  /**
   * A packet of the caller's.
   *
   * @param first whether it is to open a connection; a datagram always may
   */
  public static byte[] frame(Call call, int sourcePort, boolean first) {
    byte[] segment = segment(call, sourcePort, first);
    boolean ipv4 = call.destination().family() == IpFamily.IPV4;
    ByteBuffer frame =
        ByteBuffer.allocate(ETHERNET + (ipv4 ? IPV4_HEADER : IPV6_HEADER) + segment.length);
    frame.put(MAC_ADDRESSES).putShort((short) (ipv4 ? 0x0800 : 0x86dd));
    byte protocol = (byte) call.protocol().number();
    if (ipv4) {
      frame.putShort((short) 0x4500).putShort((short) (IPV4_HEADER + segment.length)).putInt(0);
      frame.put((byte) HOP_LIMIT).put(protocol).putShort((short) 0);
    } else {
      frame.putInt(6 << 28).putShort((short) segment.length);
      frame.put(protocol).put((byte) HOP_LIMIT);
    }
    frame.put(call.source().bytes()).put(call.destination().bytes());
    frame.put(segment);
    return summed(frame.array());
  }

  private static byte[] segment(Call call, int sourcePort, boolean first) {
    int length =
        switch (call.protocol()) {
          case TCP -> 20;
          case UDP -> 8 + 8;
          case SCTP -> 12 + 20;
        };
    ByteBuffer segment = ByteBuffer.allocate(length);
    segment.putShort((short) sourcePort).putShort((short) call.port());
    switch (call.protocol()) {
      case TCP -> segment.putShort(12, (short) (first ? 0x5002 : 0x5010)); // no options, SYN or ACK
      case UDP -> segment.putShort(4, (short) length);
      case SCTP -> segment.putInt(12, first ? 0x0100_0014 : 0x0000_0014); // INIT or DATA, 20 bytes
    }
    return segment.array();
  }

  /** A later packet of the same connection, the other way; of TCP an ACK. */
  public static byte[] answerTo(byte[] frame) {
    boolean ipv4 = isIpv4(frame);
    int transport = transport(frame);
    byte[] answer = frame.clone();
    swap(answer, ETHERNET + (ipv4 ? 12 : 8), ipv4 ? 4 : 16);
    swap(answer, transport, 2);
    if (frame[ETHERNET + (ipv4 ? 9 : 6)] == Protocol.TCP.number()) {
      answer[transport + 13] = ACK;
    }
    return summed(answer);
  }

  private static byte[] summed(byte[] frame) {
    boolean ipv4 = isIpv4(frame);
    int protocol = Byte.toUnsignedInt(frame[ETHERNET + (ipv4 ? 9 : 6)]);
    FrameChecksums.fill(frame, ETHERNET, transport(frame), protocol, ipv4);
    return frame;
  }

  /** Whether two frames are one packet: they differ in their link headers only, or not at all. */
  static boolean samePacket(byte[] one, byte[] other) {
    return Arrays.equals(one, ETHERNET, one.length, other, ETHERNET, other.length);
  }

  /** From the IP header on, in hexadecimal. */
  static String packet(byte[] frame) {
    return HexFormat.of().formatHex(frame, ETHERNET, frame.length);
  }

  /** Exchanges two fields of {@code size} bytes that stand side by side. */
  private static void swap(byte[] frame, int offset, int size) {
    byte[] first = Arrays.copyOfRange(frame, offset, offset + size);
    System.arraycopy(frame, offset + size, frame, offset, size);
    System.arraycopy(first, 0, frame, offset + size, size);
  }

  /** Where a frame goes: address and port. */
  record Target(IpAddress address, int port) {}

  static Target target(byte[] frame) {
    boolean ipv4 = isIpv4(frame);
    int addresses = ETHERNET + (ipv4 ? 12 : 8);
    int size = ipv4 ? 4 : 16;
    int transport = transport(frame);
    return new Target(
        address(frame, addresses + size, size),
        Short.toUnsignedInt(ByteBuffer.wrap(frame).getShort(transport + 2)));
  }

  /** Whether a frame is the refusal of a call: from whom was called, to the caller. */
  static boolean isRefusal(byte[] frame, Call call) {
    boolean ipv4 = isIpv4(frame);
    int addresses = ETHERNET + (ipv4 ? 12 : 8);
    int size = ipv4 ? 4 : 16;
    if (!address(frame, addresses, size).equals(call.destination())
        || !address(frame, addresses + size, size).equals(call.source())) {
      return false;
    }
    int transport = transport(frame);
    int protocol = frame[ETHERNET + (ipv4 ? 9 : 6)];
    return switch (call.protocol()) {
      case TCP -> protocol == Protocol.TCP.number() && (frame[transport + 13] & RST) != 0;
      case UDP, SCTP ->
          ipv4
              ? protocol == 1 && frame[transport] == 3 && frame[transport + 1] == 3
              : protocol == 58 && frame[transport] == 1 && frame[transport + 1] == 4;
    };
  }

  private static boolean isIpv4(byte[] frame) {
    return frame[ETHERNET] >> 4 == 4;
  }

  private static int transport(byte[] frame) {
    return ETHERNET + (isIpv4(frame) ? IPV4_HEADER : IPV6_HEADER);
  }

  private static IpAddress address(byte[] frame, int offset, int size) {
    return IpAddress.ofBytes(Arrays.copyOfRange(frame, offset, offset + size));
  }
}

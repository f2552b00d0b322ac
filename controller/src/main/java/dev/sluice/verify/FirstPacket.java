// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The first packet of a connection as an Ethernet frame: a SYN, a datagram, or an SCTP INIT. Its
 * checksums are left out; nobody receives it.
 */
final class FirstPacket {
  static final int ETHERNET = 14;

  private static final int IPV4_HEADER = 20;
  private static final int IPV6_HEADER = 40;
  private static final int HOP_LIMIT = 64;
  private static final byte[] MAC_ADDRESSES = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
  private static final int RST = 4;

  private FirstPacket() {}

  static byte[] frame(Flow flow, int sourcePort) {
    byte[] segment = segment(flow, sourcePort);
    boolean ipv4 = flow.destination().family() == IpFamily.IPV4;
    ByteBuffer frame =
        ByteBuffer.allocate(ETHERNET + (ipv4 ? IPV4_HEADER : IPV6_HEADER) + segment.length);
    frame.put(MAC_ADDRESSES).putShort((short) (ipv4 ? 0x0800 : 0x86dd));
    byte protocol = (byte) flow.protocol().number();
    if (ipv4) {
      frame.putShort((short) 0x4500).putShort((short) (IPV4_HEADER + segment.length)).putInt(0);
      frame.put((byte) HOP_LIMIT).put(protocol).putShort((short) 0);
    } else {
      frame.putInt(6 << 28).putShort((short) segment.length);
      frame.put(protocol).put((byte) HOP_LIMIT);
    }
    frame.put(flow.source().bytes()).put(flow.destination().bytes());
    return frame.put(segment).array();
  }

  private static byte[] segment(Flow flow, int sourcePort) {
    int length =
        switch (flow.protocol()) {
          case TCP -> 20;
          case UDP -> 8 + 8;
          case SCTP -> 12 + 20;
        };
    ByteBuffer segment = ByteBuffer.allocate(length);
    segment.putShort((short) sourcePort).putShort((short) flow.port());
    switch (flow.protocol()) {
      case TCP -> segment.putShort(12, (short) 0x5002); // no options, SYN
      case UDP -> segment.putShort(4, (short) length);
      case SCTP -> segment.putInt(12, 0x0100_0014); // an INIT of 20 bytes
    }
    return segment.array();
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

  /** Whether a frame is the refusal of a flow: from whom was called, to the caller. */
  static boolean isRefusal(byte[] frame, Flow flow) {
    boolean ipv4 = isIpv4(frame);
    int addresses = ETHERNET + (ipv4 ? 12 : 8);
    int size = ipv4 ? 4 : 16;
    if (!address(frame, addresses, size).equals(flow.destination())
        || !address(frame, addresses + size, size).equals(flow.source())) {
      return false;
    }
    int transport = transport(frame);
    int protocol = frame[ETHERNET + (ipv4 ? 9 : 6)];
    return switch (flow.protocol()) {
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

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import dev.sluice.model.Protocol;
import java.nio.ByteBuffer;

/** Fills in the checksums of frames that {@link Frames} makes: IPv4's, TCP's and UDP's. */
final class FrameChecksums {
  private static final int IPV4_CHECKSUM = 10;
  private static final int TCP_CHECKSUM = 16;
  private static final int UDP_CHECKSUM = 6;
  private static final int MASK = 0xffff;

  private FrameChecksums() {}

  /**
   * Computes them from scratch. SCTP's stays 0, as nobody verifies it.
   *
   * @param ip offset of the IP header
   * @param transport offset of the transport header, which reaches to the frame's end with its data
   */
  static void fill(byte[] frame, int ip, int transport, int protocol, boolean ipv4) {
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    if (ipv4) {
      buffer.putShort(ip + IPV4_CHECKSUM, (short) 0);
      buffer.putShort(ip + IPV4_CHECKSUM, (short) ~sum(buffer, ip, transport, 0));
    }
    if (protocol == Protocol.SCTP.number()) {
      return;
    }
    boolean udp = protocol == Protocol.UDP.number();
    int field = transport + (udp ? UDP_CHECKSUM : TCP_CHECKSUM);
    int addresses = ip + (ipv4 ? 12 : 8);
    buffer.putShort(field, (short) 0);
    int pseudoHeader = sum(buffer, addresses, transport, protocol + frame.length - transport);
    int checksum = ~sum(buffer, transport, frame.length, pseudoHeader) & MASK;
    // 0 would say that there is none (RFC 768).
    buffer.putShort(field, (short) (udp && checksum == 0 ? MASK : checksum));
  }

  /** One's complement sum of the bytes from {@code begin} to {@code end}, both even or both odd. */
  private static int sum(ByteBuffer buffer, int begin, int end, int initial) {
    int sum = initial;
    for (int at = begin; at < end; at += 2) {
      sum += Short.toUnsignedInt(buffer.getShort(at));
      sum = (sum & MASK) + (sum >> 16);
    }
    return sum;
  }
}

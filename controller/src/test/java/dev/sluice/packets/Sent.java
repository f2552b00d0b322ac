// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import java.util.Arrays;

/**
 * What is given to a device: an intact {@link IpPacket}, or one that somebody has damaged.
 *
 * @param text for people
 * @param etherType what the link says it carries
 * @param bytes behind the link header, if there is one
 */
@SuppressWarnings("ArrayRecordComponent") // bytes on their way; nobody compares these records
public record Sent(String text, int etherType, byte[] bytes) {
  public static final int ARP = 0x0806;
  public static final int VLAN = 0x8100;

  public static Sent of(IpPacket packet) {
    int type =
        switch (packet.family()) {
          case IPV4 -> 0x0800;
          case IPV6 -> 0x86dd;
        };
    return new Sent(packet.toString(), type, packet.bytes());
  }

  public static Sent arp() {
    byte[] request = new byte[28];
    request[1] = 1;
    request[2] = 8;
    return new Sent("ARP", ARP, request);
  }

  /** The packet, cut behind this many bytes of it. */
  public Sent cut(int length) {
    return new Sent(text + " cut to " + length, etherType, Arrays.copyOf(bytes, length));
  }

  /** The packet with bytes behind it that do not belong to it, as short Ethernet frames have. */
  public Sent padded(int... padding) {
    byte[] padded = Arrays.copyOf(bytes, bytes.length + padding.length);
    for (int i = 0; i < padding.length; i++) {
      padded[bytes.length + i] = (byte) padding[i];
    }
    return new Sent(text + " and padding", etherType, padded);
  }

  /** The packet with another value in one of its bytes. */
  public Sent patched(int offset, int value) {
    byte[] patched = bytes.clone();
    patched[offset] = (byte) value;
    return new Sent(text + " with " + value + " at " + offset, etherType, patched);
  }

  /** The packet with an 802.1Q tag before it. */
  public Sent tagged(int vlan) {
    byte[] tagged = new byte[4 + bytes.length];
    tagged[0] = (byte) (vlan >> 8);
    tagged[1] = (byte) vlan;
    tagged[2] = (byte) (etherType >> 8);
    tagged[3] = (byte) etherType;
    System.arraycopy(bytes, 0, tagged, 4, bytes.length);
    return new Sent(text + " in VLAN " + vlan, VLAN, tagged);
  }

  @Override
  public String toString() {
    return text;
  }
}

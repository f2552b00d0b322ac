// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.model.IpFamily;

/**
 * A fragment of a packet: some of the bytes behind its IP header, and behind those extensions of
 * IPv6 that every fragment repeats.
 *
 * @param whole the packet, whose transport checksum is over all of it
 * @param offset of its first byte, a multiple of 8
 * @param end of its last byte, exclusive
 * @param more whether it says that others follow
 */
public record Fragment(Packet whole, int id, int offset, int end, boolean more)
    implements IpPacket {
  private static final int ID = 0x1234;

  /** The first fragment: all before {@code end}. */
  public static Fragment first(Packet whole, int end) {
    return between(whole, 0, end);
  }

  /** A fragment that others follow. */
  public static Fragment between(Packet whole, int offset, int end) {
    return new Fragment(whole, ID, offset, end, true);
  }

  /** The last fragment: all from {@code offset} on; with 0 it is the only one (RFC 6946). */
  public static Fragment last(Packet whole, int offset) {
    return new Fragment(whole, ID, offset, new IpHeaders(whole).fragmentable().length, false);
  }

  /** The same fragment of another datagram. */
  public Fragment of(int datagram) {
    return new Fragment(whole, datagram, offset, end, more);
  }

  @Override
  public Fragment hops(int limit) {
    return new Fragment(whole.hops(limit), id, offset, end, more);
  }

  @Override
  public IpFamily family() {
    return whole.family();
  }

  @Override
  public int hopLimit() {
    return whole.hopLimit();
  }

  @Override
  public byte[] bytes() {
    return new IpHeaders(whole).around(this);
  }

  /** {@code UDP 192.0.2.1:4000 > 192.0.2.2:80 [0, 64)}. */
  @Override
  public String toString() {
    return "%s [%d, %d)".formatted(whole, offset, end);
  }
}

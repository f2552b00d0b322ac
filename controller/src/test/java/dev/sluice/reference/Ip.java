// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * An address.
 *
 * @param bits 32 or 128
 */
public record Ip(int bits, BigInteger number) {
  /** Reads an address; numbers of IPv4 are decimal even with leading zeros (rule 17). */
  public static Ip parse(String text) {
    return text.contains(":") ? parseIpv6(text) : parseIpv4(text);
  }

  private static Ip parseIpv4(String text) {
    BigInteger number = BigInteger.ZERO;
    for (String part : text.split("\\.", -1)) {
      number = number.shiftLeft(8).add(new BigInteger(part, 10));
    }
    return new Ip(32, number);
  }

  private static Ip parseIpv6(String text) {
    try {
      return new Ip(128, new BigInteger(1, InetAddress.getByName(text).getAddress()));
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  public boolean sameFamily(Ip other) {
    return bits == other.bits;
  }

  /** 127.0.0.0/8 or ::1. */
  public boolean isLoopback() {
    return isIpv4() ? number.shiftRight(24).intValue() == 127 : number.equals(BigInteger.ONE);
  }

  public boolean isIpv4() {
    return bits == 32;
  }

  /** In network byte order. */
  public byte[] bytes() {
    byte[] bytes = new byte[bits / 8];
    for (int at = 0; at < bytes.length; at++) {
      bytes[at] = number.shiftRight(bits - 8 * (at + 1)).byteValue();
    }
    return bytes;
  }
}

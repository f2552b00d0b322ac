// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.Inet4Address;
import java.net.InetAddress;

/** The two address families that Sluice forwards. */
public enum AddressFamily {
  IPV4(2, 32),
  IPV6(10, 128);

  private final int number;
  private final int bits;

  AddressFamily(int number, int bits) {
    this.number = number;
    this.bits = bits;
  }

  /** The kernel's number: AF_INET (2) or AF_INET6 (10). */
  public int number() {
    return number;
  }

  /** The length of an address in bits, which is also the prefix length of a host route. */
  public int bits() {
    return bits;
  }

  /**
   * The family of a Java address; a v4-mapped IPv6 address is IPv4, because Java represents it so.
   */
  public static AddressFamily of(InetAddress address) {
    return address instanceof Inet4Address ? IPV4 : IPV6;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.net.Inet4Address;
import java.net.InetAddress;

/** IPv4 or IPv6. */
public enum AddressFamily {
  IPV4,
  IPV6;

  /** The family of {@code address}. */
  public static AddressFamily of(InetAddress address) {
    return address instanceof Inet4Address ? IPV4 : IPV6;
  }
}

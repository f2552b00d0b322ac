// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

/** The two address families. */
public enum IpFamily {
  IPV4(4),
  IPV6(16);

  private final int addressBytes;

  IpFamily(int addressBytes) {
    this.addressBytes = addressBytes;
  }

  /** Length of an address in bytes: 4 or 16. */
  public int addressBytes() {
    return addressBytes;
  }

  /** Length of an address in bits: 32 or 128. */
  public int addressBits() {
    return addressBytes * Byte.SIZE;
  }

  /** The loopback address of the family: 127.0.0.1 or ::1. */
  public IpAddress loopback() {
    return switch (this) {
      case IPV4 -> new IpAddress(IPV4, 0, 0x7f00_0001);
      case IPV6 -> new IpAddress(IPV6, 0, 1);
    };
  }
}

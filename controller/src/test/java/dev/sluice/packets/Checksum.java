// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

/** The internet checksum (RFC 1071), the plain way: over everything. */
final class Checksum {
  private Checksum() {}

  /** Of the parts as if they stood one behind the other; only the last may have an odd length. */
  static int of(byte[]... parts) {
    int sum = 0;
    for (byte[] part : parts) {
      for (int i = 0; i < part.length; i++) {
        int value = Byte.toUnsignedInt(part[i]);
        sum += i % 2 == 0 ? value << 8 : value;
        sum = (sum & 0xffff) + (sum >> 16);
      }
    }
    return ~sum & 0xffff;
  }
}

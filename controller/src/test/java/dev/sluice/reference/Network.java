// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

/** A CIDR. */
record Network(Ip address, int prefix) {
  /** Reads a CIDR with white space around it (rule 18) and host bits set (rule 19). */
  static Network parse(String text) {
    String[] parts = text.strip().split("/", 2);
    return new Network(Ip.parse(parts[0]), Integer.parseInt(parts[1]));
  }

  boolean contains(Ip other) {
    int hostBits = address.bits() - prefix;
    return address.sameFamily(other)
        && address.number().shiftRight(hostBits).equals(other.number().shiftRight(hostBits));
  }

  boolean isIpv4() {
    return address.isIpv4();
  }

  boolean isEverything() {
    return prefix == 0;
  }
}

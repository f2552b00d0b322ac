// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

/**
 * A network: all addresses that share the first {@code prefixLength} bits with {@code network}.
 *
 * @param network the lowest address; host bits given to the constructor are cleared
 * @param prefixLength 0 to 32 or 128
 */
public record Cidr(IpAddress network, int prefixLength) implements Comparable<Cidr> {
  private static final int MAPPED_PREFIX = 96;

  public Cidr {
    requireNonNull(network, "network");
    if (prefixLength < 0 || prefixLength > network.family().addressBits()) {
      throw new IllegalArgumentException(
          "a prefix of " + network.family() + " cannot be " + prefixLength + " bits long");
    }
    network = network.masked(prefixLength);
  }

  /**
   * Reads {@code address/length}. Host bits may be set, leading zeros are decimal.
   *
   * @throws IllegalArgumentException if the text is no CIDR
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException("'" + text + "' is not a CIDR (address/prefix length)");
    }
    String addressText = text.substring(0, slash);
    try {
      IpAddress address = IpAddress.parse(addressText);
      int prefixLength = Integer.parseInt(text, slash + 1, text.length(), 10);
      boolean mapped = address.family() == IpFamily.IPV4 && addressText.indexOf(':') >= 0;
      return new Cidr(address, mapped ? prefixLength - MAPPED_PREFIX : prefixLength);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + text + "' is not a CIDR (address/prefix length)", e);
    }
  }

  /** The network that holds just this address. */
  public static Cidr ofSingle(IpAddress address) {
    return new Cidr(address, address.family().addressBits());
  }

  public IpFamily family() {
    return network.family();
  }

  /** Whether the address lies in this network; false for one of the other family. */
  public boolean contains(IpAddress address) {
    return address.family() == family() && address.masked(prefixLength).equals(network);
  }

  /** Whether this is 0.0.0.0/0 or ::/0. */
  public boolean isEverything() {
    return prefixLength == 0;
  }

  @Override
  public int compareTo(Cidr other) {
    int byNetwork = network.compareTo(other.network);
    return byNetwork != 0 ? byNetwork : Integer.compare(prefixLength, other.prefixLength);
  }

  @Override
  public String toString() {
    return network + "/" + prefixLength;
  }
}

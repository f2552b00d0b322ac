// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;

/**
 * An address of an interface.
 *
 * @param index the interface's index
 * @param address the interface's own address (IFA_LOCAL on point-to-point links, not the peer's)
 * @param prefixLength 0 to 32 or 128
 * @param scope RT_SCOPE_*: 0 global, 200 site, 253 link, 254 host
 * @param tentative IPv6: duplicate address detection has not finished; the address cannot be used
 *     yet
 * @param deprecated IPv6: its preferred lifetime is over; not for new connections
 * @param secondary IPv4: not the first of its subnet; IPv6: a temporary privacy address (the kernel
 *     has one bit for both)
 * @param duplicate IPv6: duplicate address detection failed; the address is not in use
 */
public record InterfaceAddress(
    int index,
    InetAddress address,
    int prefixLength,
    int scope,
    boolean tentative,
    boolean deprecated,
    boolean secondary,
    boolean duplicate) {

  /** RT_SCOPE_UNIVERSE. */
  public static final int SCOPE_GLOBAL = 0;

  /** RT_SCOPE_LINK; this scope and larger numbers do not leave the link. */
  public static final int SCOPE_LINK = 253;

  /** RT_SCOPE_HOST. */
  public static final int SCOPE_HOST = 254;

  public AddressFamily family() {
    return AddressFamily.of(address);
  }

  /**
   * Whether others can reach the node by this address: its scope is wider than the link, and it is
   * neither loopback nor link-local (fe80::/10; 169.254.0.0/16, which administrators and CNI
   * plugins often add with global scope).
   */
  public boolean isGlobalUnicast() {
    return scope < SCOPE_LINK
        && !duplicate
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isMulticastAddress()
        && !address.isAnyLocalAddress();
  }

  /**
   * Whether the prefix is the address alone (/32, /128), so that it says nothing about who is on
   * the link.
   */
  public boolean isHostPrefix() {
    return prefixLength == family().bits();
  }

  /** Whether a connection may be sent from, or accepted at, this address now. */
  public boolean isUsable() {
    return !tentative && !duplicate;
  }

  /** Whether two reports are about the same address of the same device, whatever its flags. */
  boolean isSameAs(InterfaceAddress other) {
    return index == other.index
        && prefixLength == other.prefixLength
        && address.equals(other.address);
  }
}

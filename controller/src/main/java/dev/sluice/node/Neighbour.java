// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.net.InetAddress;

/**
 * An entry of the ARP or neighbour discovery cache.
 *
 * @param index the interface
 * @param address the neighbour's network address
 * @param mac its hardware address as lower-case hexadecimal pairs with colons, or "" while
 *     unresolved
 * @param state NUD_* bits: 1 incomplete, 2 reachable, 4 stale, 8 delay, 16 probe, 32 failed, 64 no
 *     ARP, 128 permanent
 */
public record Neighbour(int index, InetAddress address, String mac, int state) {
  private static final int VALID = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

  /** Whether the kernel would send to {@link #mac()} without asking first (NUD_VALID). */
  public boolean isValid() {
    return (state & VALID) != 0 && !mac.isEmpty();
  }
}

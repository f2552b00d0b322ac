// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * What a tc program counts besides the packets that it translates, refuses or drops, which it
 * always does. Devices lie on one another, and each packet is to be counted by one program of a
 * hook.
 *
 * @param passes packets that it passes untouched
 * @param tagged those of them that have a VLAN tag
 */
public record Counting(boolean passes, boolean tagged) {
  /** Every packet. */
  public static final Counting ALL = new Counting(true, true);

  /** All but packets with a VLAN tag. */
  public static final Counting UNTAGGED = new Counting(true, false);

  /** Only what is translated, refused or dropped. */
  public static final Counting NO_PASSES = new Counting(false, false);
}

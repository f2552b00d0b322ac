// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * Which packets become events. Of so many with the same reason, at the same hook and processor, one
 * does, the first one included; a power of 2, or 0 for none.
 *
 * @param refusals of packets and socket calls that are rejected or dropped
 * @param others of packets that pass or are translated; more than 0 costs each of them a little
 */
public record Sampling(int refusals, int others) {
  public static final Sampling DEFAULT = new Sampling(64, 0);
  static final Sampling NONE = new Sampling(0, 0);

  public Sampling {
    requirePowerOfTwo("--sample-refusals", refusals);
    requirePowerOfTwo("--sample-others", others);
  }

  private static void requirePowerOfTwo(String name, int value) {
    if (value < 0 || (value & (value - 1)) != 0) {
      throw new IllegalArgumentException(name + " must be 0 or a power of 2, not " + value);
    }
  }
}

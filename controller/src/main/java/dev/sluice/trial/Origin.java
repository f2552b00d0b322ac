// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import java.util.Locale;

/** Where a flow comes from. */
public enum Origin {
  /** A pod on this node. */
  POD,
  /** A socket of the node itself. */
  NODE,
  /** It enters by a NIC. */
  EXTERNAL;

  /** As scenario files write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import java.util.Locale;

/** What a client's first packet meets. */
public enum Verdict {
  /** It goes to a backend. */
  FORWARD,
  /** The client is told: TCP reset, ICMP port unreachable, ECONNREFUSED. */
  REJECT,
  /** It is dropped in silence. */
  DROP,
  /** It goes on as it came. */
  PASS;

  /** As scenario files write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

/** How figures are laid along an axis. */
public enum Scale {
  /** From zero, so that lengths compare. */
  LINEAR,
  /** For figures of several orders of magnitude, all above zero. */
  LOGARITHMIC;

  /** Its name on an axis that differs from others. */
  public String label() {
    return switch (this) {
      case LINEAR -> "linear";
      case LOGARITHMIC -> "logarithmic";
    };
  }
}

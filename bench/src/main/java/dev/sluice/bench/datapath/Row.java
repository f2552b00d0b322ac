// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A result.
 *
 * @param flows that the packets belong to, in turn; 0 where there is none
 * @param net nanoseconds for each packet, those of an empty program subtracted
 */
record Row(String hook, String name, String family, int flows, Samples net, OptionalDouble target) {
  static final String HEADING =
      "%-10s %-40s %-6s %8s %8s %8s  %s"
          .formatted("hook", "packet", "family", "flows", "min", "median", "target");

  /** What became of the target. */
  String verdict() {
    if (target.isEmpty()) {
      return "";
    }
    boolean met = net.median() <= target.getAsDouble();
    return String.format(Locale.ROOT, "<= %.0f %s", target.getAsDouble(), met ? "met" : "MISSED");
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%-10s %-40s %-6s %8s %8.1f %8.1f  %s",
        hook,
        name,
        family,
        flows == 0 ? "" : flows,
        net.min(),
        net.median(),
        verdict());
  }
}

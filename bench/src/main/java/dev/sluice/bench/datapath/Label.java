// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.model.IpFamily;
import java.util.Locale;

/**
 * What a case is about.
 *
 * @param family {@code IPv4} or {@code IPv6}; "" if it is about no family
 * @param flows that the packets belong to, in turn; 0 where there is none
 */
public record Label(String hook, String packet, String family, int flows) {
  static String name(IpFamily family) {
    return switch (family) {
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
    };
  }

  /** The same with another number of flows. */
  Label withFlows(int other) {
    return new Label(hook, packet, family, other);
  }

  /** {@code tc ingress: established, to a backend here, IPv4, 1,000 flows}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(hook).append(": ").append(packet);
    if (!family.isEmpty()) {
      text.append(", ").append(family);
    }
    if (flows > 0) {
      text.append(String.format(Locale.ROOT, ", %,d flow%s", flows, flows == 1 ? "" : "s"));
    }
    return text.toString();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.lab.Host;

/** The kernel's connection tracking in a host's namespace. */
final class Conntrack {
  private static final String COUNT = "/proc/sys/net/netfilter/nf_conntrack_count";

  private Conntrack() {}

  /** How many connections it knows: none where no rule has asked for it. */
  static long entries(Host host) {
    String count = host.run("sh", "-c", "test ! -e " + COUNT + " || cat " + COUNT).strip();
    return count.isEmpty() ? 0 : Long.parseLong(count);
  }
}

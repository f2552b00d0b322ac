// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import java.time.Duration;

/**
 * After how long without a packet a flow is dead.
 *
 * @param established TCP, while neither side has ended the connection (kube-proxy's default for
 *     netfilter is 24 hours)
 * @param closed TCP after both FINs or a reset; keeps the source port from being used again
 * @param udp UDP that was answered
 * @param embryo TCP before the answer to the SYN, and UDP that is never answered
 */
public record FlowTimeouts(Duration established, Duration closed, Duration udp, Duration embryo) {
  public static final FlowTimeouts DEFAULT =
      new FlowTimeouts(
          Duration.ofHours(24),
          Duration.ofSeconds(30),
          Duration.ofSeconds(120),
          Duration.ofSeconds(60));

  /** How long a closed flow keeps its source port when there is no other. */
  public static final Duration LEND_AFTER = Duration.ofSeconds(2);

  /** The same, with closed flows given up as early as can be: for a table that is full. */
  public FlowTimeouts underPressure() {
    return new FlowTimeouts(established, LEND_AFTER, udp, embryo);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import java.time.Duration;

/**
 * After how long without a packet a flow is dead. Where kube-proxy sets a timeout of netfilter, its
 * default is the default here.
 *
 * @param established TCP, while neither side has ended the connection
 * @param halfClosed TCP after one side's FIN
 * @param closed TCP after both FINs or a reset; keeps the source port from being used again
 * @param udp UDP that was answered
 * @param embryo TCP before the answer to the SYN
 * @param unansweredUdp UDP that was not answered yet
 */
public record FlowTimeouts(
    Duration established,
    Duration halfClosed,
    Duration closed,
    Duration udp,
    Duration embryo,
    Duration unansweredUdp) {
  public static final FlowTimeouts DEFAULT =
      new FlowTimeouts(
          Duration.ofHours(24),
          Duration.ofHours(1),
          Duration.ofSeconds(30),
          Duration.ofSeconds(180),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30));

  /** How long a closed flow keeps its source port when there is no other. */
  public static final Duration LEND_AFTER = Duration.ofSeconds(2);

  /** The same, with closed flows given up as early as can be: for a table that is full. */
  public FlowTimeouts underPressure() {
    return new FlowTimeouts(established, halfClosed, LEND_AFTER, udp, embryo, unansweredUdp);
  }
}

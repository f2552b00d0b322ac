// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.NodeHost;
import java.time.Duration;

/** What a node has received and what its programs have counted, both up to the same packet. */
record Tally(ReceivedPackets received, Verdicts counted) {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration QUIET = Duration.ofMillis(50);

  /** Waits for a moment when no packet is on its way: nothing has changed for a while. */
  static Tally atRest(Cluster cluster, NodeHost node) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    Tally before = read(cluster, node);
    while (true) {
      Cluster.pause(QUIET);
      Tally now = read(cluster, node);
      if (now.equals(before)) {
        return now;
      }
      assertThat(System.nanoTime()).as("%s is at rest within %s", node, PATIENCE).isLessThan(end);
      before = now;
    }
  }

  private static Tally read(Cluster cluster, NodeHost node) {
    return new Tally(ReceivedPackets.of(node), cluster.verdicts(node.name()));
  }

  Tally since(Tally earlier) {
    return new Tally(received.since(earlier.received), counted.since(earlier.counted));
  }
}

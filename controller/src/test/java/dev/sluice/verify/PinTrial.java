// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.reference.KubeProxyModel;
import dev.sluice.reference.Packet;
import dev.sluice.reference.Ruling;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.Verdict;
import java.util.Optional;

/** Session affinity: a client keeps its backend, on all ways in where it may have it. */
final class PinTrial {
  /** So many connections of one client would meet several backends if it were not pinned. */
  private static final int CONNECTIONS = 8;

  private final Testbed testbed;
  private final Tally tally;
  private final KubeProxyModel model;
  private final Packet packet;
  private final Ruling ruling;
  private final Flow flow;

  /** No two connections of a client have one port. */
  private int connections;

  PinTrial(Testbed testbed, Tally tally, KubeProxyModel model, Packet packet) {
    this.testbed = testbed;
    this.tally = tally;
    this.model = model;
    this.packet = packet;
    this.ruling = model.rule(packet);
    this.flow = WorldTrial.flow(packet, ruling);
  }

  /** How a client that begins with the packet fares otherwise than the rules say. */
  Optional<String> difference() {
    testbed.flowState().forgetFlows();
    testbed.flowState().forgetPins(flow.source().family());
    Outcome first = connect(flow);
    while (connections < CONNECTIONS) {
      Outcome next = connect(flow);
      if (!next.equals(first)) {
        return Optional.of("%s: pinned (154), yet %s, then %s".formatted(flow, first, next));
      }
    }
    for (Packet other : model.otherWays(packet)) {
      Ruling there = model.rule(other);
      if (!there.pinned().equals(ruling.pinned()) || WorldTrial.staysAsItIs(other, there)) {
        continue;
      }
      Flow otherFlow = WorldTrial.flow(other, there);
      Outcome second = connect(otherFlow);
      if (!follows(otherFlow.expected(), first, second)) {
        return Optional.of(
            "%s: %s, then %s: %s (155, 158)".formatted(flow, first, otherFlow, second));
      }
      if (!second.equals(first)) {
        break; // it is pinned anew
      }
    }
    return Optional.empty();
  }

  /** Rule 155: the pin holds for every way in. Rule 158: but only where its backend is listed. */
  private boolean follows(Outcome listed, Outcome first, Outcome second) {
    boolean keeps = listed.backends().containsAll(first.backends());
    tally.pin(keeps);
    return keeps
        ? second.equals(first)
        : second.verdict() == Verdict.FORWARD && listed.backends().containsAll(second.backends());
  }

  private Outcome connect(Flow to) {
    return testbed.connect(to, connections++);
  }
}

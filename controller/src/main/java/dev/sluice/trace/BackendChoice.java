// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.dataplane.BackendSlot;
import dev.sluice.dataplane.Pin;
import dev.sluice.dataplane.Tuple;
import java.util.Optional;

/**
 * By what the backend was chosen.
 *
 * @param slot the backend's
 * @param pin the client's, used or not
 * @param affinitySeconds for which a pin holds
 * @param list the endpoints that the client is given
 */
record BackendChoice(
    Met met, BackendSlot slot, Optional<Pin> pin, int affinitySeconds, Optional<ListChoice> list) {

  /** Whether the program has chosen a backend for a new flow that the plan does not give it. */
  boolean isSurprising() {
    return !met.byFlow()
        && list.isPresent()
        && list.get().route().backends().stream()
            .noneMatch(backend -> backend.identity().equals(slot.identity()));
  }

  Explanation.Choice explain() {
    if (met.byFlow()) {
      Tuple rewritten = met.entry().orElseThrow().rewritten();
      return new Explanation.Choice(
          rewritten.destination().withPort(rewritten.destinationPort()),
          slot.isLocal(),
          "flow",
          0,
          null,
          "the flow's, chosen when it was opened");
    }
    Optional<Pin> used = pin.filter(this::isUsed);
    if (used.isPresent()) {
      double age = Words.seconds(used.get().age());
      return chosen(
          "pin",
          age,
          "the client is pinned to it: %s s of %d s since its last new connection"
              .formatted(age, affinitySeconds));
    }
    String algorithm = list.map(found -> Words.word(found.route().algorithm())).orElse("random");
    return chosen(algorithm, null, why(algorithm));
  }

  private Explanation.Choice chosen(String by, Double pinAge, String why) {
    return new Explanation.Choice(slot.identity(), slot.isLocal(), by, candidates(), pinAge, why);
  }

  private int candidates() {
    return list.map(found -> found.route().backends().size()).orElse(0);
  }

  private String why(String algorithm) {
    if (candidates() == 1) {
      return "the only one";
    }
    return algorithm.equals("maglev")
        ? "by Maglev: the same for these addresses and ports on every node"
        : "at random: one of %d, which this run picked".formatted(candidates());
  }

  /** As the programs judge a pin. */
  private boolean isUsed(Pin candidate) {
    return candidate.backend() == met.backend()
        && candidate.generation() == slot.generation()
        && candidate.age().toSeconds() <= affinitySeconds
        && list.filter(found -> slot.isIn(found.route().list())).isPresent();
  }
}

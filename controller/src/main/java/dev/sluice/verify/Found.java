// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.bpf.Reason;
import dev.sluice.trial.Outcome;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the connections of a flow have met.
 *
 * @param outcomes one, unless connections met different verdicts
 * @param reasons that the programs have counted
 * @param complaints about later packets, a sentence each
 */
record Found(Set<Outcome> outcomes, Set<Reason> reasons, Set<String> complaints) {
  /** Drops that are no decision about a Service, but a packet that could not be sent. */
  private static final Set<Reason> LOST = EnumSet.of(Reason.DROP_NO_ROUTE, Reason.DROP_TTL);

  boolean meets(Outcome expected) {
    return outcomes.equals(Set.of(expected))
        && reasons.stream().noneMatch(LOST::contains)
        && complaints.isEmpty();
  }

  @Override
  public String toString() {
    return outcomes.stream().map(Outcome::toString).sorted().collect(Collectors.joining("; "))
        + reasons.stream()
            .map(reason -> reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .sorted()
            .collect(Collectors.joining(", ", " (", ")"))
        + complaints.stream().sorted().map(text -> "; " + text).collect(Collectors.joining());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.FlowEntry;
import dev.sluice.trial.Verdict;
import java.util.Optional;

/**
 * What a packet or a call has met.
 *
 * @param backend its id; 0 if it was not forwarded
 * @param entry the flow entry that translated the packet
 */
record Met(Verdict verdict, Reason reason, int backend, Optional<FlowEntry> entry) {
  /** Whether a flow that was there already decided. */
  boolean byFlow() {
    return reason == Reason.FORWARDED || reason == Reason.REPLIED;
  }

  /** Whether an endpoint list had to do with the verdict. */
  boolean askedAList() {
    return switch (reason) {
      case OPENED_LOCAL,
          OPENED_REMOTE,
          OPENED_HAIRPIN,
          RESTORED,
          CONNECTED,
          REJECT_NO_BACKEND,
          REJECT_NO_PORT,
          REJECT_FULL,
          DROP_NO_BACKEND,
          DROP_NO_ROUTE ->
          true;
      default -> false;
    };
  }

  static Met socket(Reason reason, int backend) {
    return new Met(verdict(reason), reason, backend, Optional.empty());
  }

  private static Verdict verdict(Reason reason) {
    return switch (reason) {
      case CONNECTED -> Verdict.FORWARD;
      case REJECT_NO_BACKEND, REJECT_NO_PORT, REJECT_FULL -> Verdict.REJECT;
      case DROP_NO_BACKEND, DROP_SOURCE, DROP_UNALLOCATED -> Verdict.DROP;
      default -> Verdict.PASS;
    };
  }
}

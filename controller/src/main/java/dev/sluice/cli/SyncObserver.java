// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.IpFamily;
import dev.sluice.model.RegisteredNode;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.source.ChangeTimes;
import java.time.Duration;
import java.util.Set;

/** Hears of Services on their way into the maps, from one thread at a time; must not block. */
interface SyncObserver {
  /** Hears, and does nothing. */
  SyncObserver NONE = new SyncObserver() {};

  /** What the next plans are made with. */
  default void planning(Planner planner) {}

  /** What the cluster says of this node; never heard without a cluster. */
  default void nodeChanged(RegisteredNode node) {}

  /** Something that concerns these families is to be installed. */
  default void queued(Set<IpFamily> families) {}

  /**
   * A Service is installed as planned.
   *
   * @param plan empty if it is gone
   * @param took the writing alone
   */
  default void installed(ServicePlan plan, Duration took) {}

  /** All that was queued has been tried. */
  default void finished(Round round) {}

  /**
   * A round of installation.
   *
   * @param families that it concerned
   * @param waiting families in which a Service could not be installed, now or in an earlier round
   * @param full whether all Services were planned
   * @param times of the changes that it was about
   */
  record Round(
      Set<IpFamily> families,
      Set<IpFamily> waiting,
      boolean full,
      Duration took,
      ChangeTimes times) {
    public Round {
      families = Set.copyOf(families);
      waiting = Set.copyOf(waiting);
    }
  }
}

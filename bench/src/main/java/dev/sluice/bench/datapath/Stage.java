// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.node.PrivateNetwork;
import java.util.List;
import java.util.function.Predicate;

/**
 * Cases on common ground.
 *
 * @param network on whose thread all is done
 * @param prepare makes the ground, if any of the cases is wanted
 * @param preparing how many packets that takes, by which the time that is left is estimated
 */
record Stage(PrivateNetwork network, Runnable prepare, int preparing, List<Case> cases) {
  Stage {
    cases = List.copyOf(cases);
  }

  /** The same with fewer cases. */
  Stage only(Predicate<Case> wanted) {
    return new Stage(network, prepare, preparing, cases.stream().filter(wanted).toList());
  }

  /** Packets in all. */
  long packets(int rounds) {
    return preparing + cases.stream().mapToLong(one -> (long) one.packets() * rounds).sum();
  }
}

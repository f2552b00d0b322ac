// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.LeftOut;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.lab.LabException;
import java.util.ArrayList;
import java.util.List;

/** Which modes this machine has: each but Sluice's programs one Service, and takes it away. */
final class Feasibility {
  private final List<Mode> possible = new ArrayList<>();
  private final List<LeftOut> leftOut = new ArrayList<>();

  /** Tries the modes. */
  Feasibility(List<Mode> wanted, LoadProgram load) {
    List<Mode> uncertain = wanted.stream().filter(Feasibility::isUncertain).toList();
    if (uncertain.isEmpty()) {
      possible.addAll(wanted);
      return;
    }
    try (Lineup lineup = new Lineup(uncertain, load)) {
      for (Mode mode : wanted) {
        if (!isUncertain(mode)) {
          possible.add(mode);
          continue;
        }
        try {
          Proxy proxy = Proxies.of(lineup.station(mode), 1, 0, load, lineup.lab().directory());
          proxy.program();
          proxy.change(1);
          possible.add(mode);
        } catch (LabException e) {
          leftOut.add(new LeftOut(mode, reason(e.getMessage())));
        }
      }
    }
  }

  private static boolean isUncertain(Mode mode) {
    return !mode.isSluice() && mode != Mode.DIRECT;
  }

  /** What the program that failed has said, without the command. */
  private static String reason(String message) {
    return message
        .replaceFirst("(?s)^.* failed with status \\d+: ", "")
        .strip()
        .lines()
        .findFirst()
        .orElse(message);
  }

  List<Mode> possible() {
    return List.copyOf(possible);
  }

  List<LeftOut> leftOut() {
    return List.copyOf(leftOut);
  }
}

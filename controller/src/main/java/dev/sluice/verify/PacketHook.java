// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.trial.Origin;
import java.util.Optional;

/** The hook whose program is to take part in what is run. */
public enum PacketHook {
  /** The tc program alone, for packets of pods and from outside. */
  TC,
  /** The XDP program of a NIC, and tc for what it passes on. */
  XDP;

  /**
   * Why flows that come from there cannot be run by packets through this hook; empty if they can.
   */
  Optional<String> leavesOut(Origin origin) {
    return switch (origin) {
      case NODE -> Optional.of("needs a socket");
      case POD -> this == XDP ? Optional.of("does not enter by a NIC") : Optional.empty();
      case EXTERNAL -> Optional.empty();
    };
  }

  /** As the command line writes it. */
  @Override
  public String toString() {
    return this == TC ? "tc" : "xdp";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

/** Words that several findings share. */
final class Advice {
  static final String STOP_AND_CLEAN_UP =
      "when Sluice runs and kube-proxy is stopped: sluice migrate cleanup --yes";

  private Advice() {}

  /** {@code 1 chain}, {@code 2 chains}. */
  static String count(int number, String noun) {
    return number + " " + noun + (number == 1 ? "" : "s");
  }
}

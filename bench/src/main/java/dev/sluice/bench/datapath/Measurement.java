// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

/** How a case is timed. */
interface Measurement {
  /**
   * Times one round.
   *
   * @param number from 0; -1 is a round to warm up, of which the figure is not used
   * @return nanoseconds for each packet or call, net of what would be spent without the program
   */
  double round(int number);

  /** What a reader must know of the figures, after the last round; mostly "". */
  default String note() {
    return "";
  }
}

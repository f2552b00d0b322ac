// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

/** What is asked of many established flows: their packets may find nothing in a cache. */
final class Established {
  /** So many flows are many. */
  static final int MANY = 100_000;

  /** Of as many flows the figure is compared with that of fewer. */
  static final Target OF_MANY = new Target.Times(4, 1000);

  private Established() {}
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

/** How programs are put on a device's tc hooks. */
public enum AttachMode {
  /** Links on tcx hooks (kernel 6.6): no priorities to fight over, safe against accidents. */
  TCX,
  /** Filters on a clsact qdisc, for older kernels. */
  CLSACT
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import java.util.Set;

/**
 * An endpoint of one Service port in one family, after all slices have been merged.
 *
 * @param local whether its slice says that it is on this node: the policies go by that alone
 */
record MergedEndpoint(
    Backend backend,
    boolean local,
    boolean ready,
    boolean serving,
    boolean terminating,
    Set<String> zoneHints,
    Set<String> nodeHints) {
  /** Whether it may be used where nothing is ready (KEP-1669). */
  boolean servingWhileTerminating() {
    return serving && terminating;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * A run of places in the flat array of backend ids.
 *
 * @param base the first place, a multiple of the block size
 * @param length number of places; 0 for no backend
 */
record RegionSpan(int base, int length) {
  static final RegionSpan EMPTY = new RegionSpan(0, 0);
}

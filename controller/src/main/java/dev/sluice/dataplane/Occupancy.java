// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * How full the tables of Services are.
 *
 * @param frontends entries in the Service maps
 * @param backends ids in use, both families
 * @param freeRegionBlocks blocks of the region array that are free
 */
public record Occupancy(int frontends, int backends, int freeRegionBlocks) {}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * How full a map is.
 *
 * @param map its name; {@code flow} and {@code embryo} are the maps of both families together
 */
public record TableFill(String map, long entries, long capacity) {}

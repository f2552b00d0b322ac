// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/**
 * What a collection of dead flows found.
 *
 * @param live connections in the flow tables
 * @param embryos half-open and one-way flows
 * @param deleted entries deleted (a connection has two)
 * @param orphans entries that had lost their other half
 */
public record CollectionResult(int live, int embryos, int deleted, int orphans) {}

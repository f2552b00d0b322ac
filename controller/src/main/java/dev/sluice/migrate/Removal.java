// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

/**
 * One thing that {@code sluice migrate cleanup} takes away, as a whole or not at all.
 *
 * @param where where it is
 * @param count of how many parts it consists
 * @param what what it is, in words
 * @param action takes it away; a {@link dev.sluice.node.NodeException} says why it cannot
 */
public record Removal(String where, int count, String what, Runnable action) {}

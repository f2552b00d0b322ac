// SPDX-License-Identifier: Apache-2.0
/**
 * {@code sluice trace}: what one packet meets on a running agent and why, found by running it
 * through the real programs beside the live ones. Hangs off the other packages like the command
 * line.
 */
package dev.sluice.trace;

// SPDX-License-Identifier: Apache-2.0
/**
 * {@code sluice verify}: scenario files, and the real programs that answer them, offline. Hangs off
 * the other packages like the command line.
 */
package dev.sluice.verify;

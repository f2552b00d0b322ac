// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

/**
 * One row of the table, still to be timed.
 *
 * @param packets of a round, by which the time that is left is estimated
 */
record Case(Label label, int packets, Measurement measurement, Target target) {}

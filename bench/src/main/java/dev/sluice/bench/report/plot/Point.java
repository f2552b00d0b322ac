// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

/**
 * A figure with its spread.
 *
 * @param at where it stands on the other axis
 */
public record Point(double at, double value, double least, double most) {}

// SPDX-License-Identifier: Apache-2.0
/** Plots as SVG, the same on every machine: drawn by JFreeChart, written by Batik. */
package dev.sluice.bench.report.plot;

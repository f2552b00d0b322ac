// SPDX-License-Identifier: Apache-2.0
/** What the benchmarks share: the machine they run on, samples, and how far a run is. */
package dev.sluice.bench.common;

// SPDX-License-Identifier: Apache-2.0
/** {@code bench/run.sh report}: the page of the benchmarks, from the files that they write. */
package dev.sluice.bench.report;

// SPDX-License-Identifier: Apache-2.0
/** Ways to reach a Service, side by side: {@code bench/run.sh compare}. */
package dev.sluice.bench.compare;

// SPDX-License-Identifier: Apache-2.0
/** What {@code bench/run.sh compare} writes: version 1 of its JSON. */
package dev.sluice.bench.compare.result;

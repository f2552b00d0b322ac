// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

/** A mode that a machine cannot run. */
public record LeftOut(Mode mode, String why) {}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import java.util.Optional;

/**
 * A target and what was measured.
 *
 * @param what was measured
 * @param target with its unit, such as {@code at most 25 us}
 * @param figure with its unit; "" if it has not been measured
 * @param met empty if it has not been measured
 */
public record Judgement(String what, String target, String figure, Optional<Boolean> met) {
  /** {@code met}, {@code missed} or {@code not measured}. */
  public String outcome() {
    return met.map(good -> good ? "met" : "missed").orElse("not measured");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import java.util.TreeSet;

/**
 * What a flow meets, expected or found.
 *
 * @param backends {@code address:port} of each backend, empty unless forwarded
 */
public record Outcome(Verdict verdict, Set<String> backends) {
  public Outcome {
    requireNonNull(verdict, "verdict");
    backends = Set.copyOf(backends);
  }

  /** An outcome without backends. */
  public static Outcome of(Verdict verdict) {
    return new Outcome(verdict, Set.of());
  }

  @Override
  public String toString() {
    return backends.isEmpty()
        ? verdict.toString()
        : verdict + " to " + String.join(", ", new TreeSet<>(backends));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import java.util.Optional;
import java.util.Set;

/**
 * What the rules say of a packet.
 *
 * @param backends that it can be forwarded to, all of them with equal chance (rule 51)
 * @param pinned the Service port whose session affinity applies (rule 154)
 * @param rules that have decided
 */
public record Ruling(
    Kind kind, Set<Backend> backends, Optional<String> pinned, Set<Integer> rules) {
  /** The verdict. */
  public enum Kind {
    FORWARD,
    REJECT,
    DROP,
    PASS,
    /** The rules do not define it. */
    OPEN
  }

  public Ruling {
    backends = Set.copyOf(backends);
    rules = Set.copyOf(rules);
  }

  static Ruling of(Kind kind, Set<Integer> rules) {
    return new Ruling(kind, Set.of(), Optional.empty(), rules);
  }

  boolean sameAs(Ruling other) {
    return kind == other.kind && backends.equals(other.backends) && pinned.equals(other.pinned);
  }
}

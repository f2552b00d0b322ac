// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Counts of verdicts by {@code hook/reason}.
 *
 * @param counts those that occurred
 */
record Verdicts(Map<String, Long> counts) {
  /** Reasons that mean a translation, of a packet or of a socket call. */
  private static final Set<String> TRANSLATED =
      Set.of(
          "opened_local",
          "opened_remote",
          "opened_hairpin",
          "restored",
          "forwarded",
          "replied",
          "connected",
          "named");

  Verdicts {
    counts = Map.copyOf(counts);
  }

  /** What has been added since. */
  Verdicts since(Verdicts earlier) {
    Map<String, Long> difference = new TreeMap<>();
    counts.forEach(
        (key, count) -> {
          long more = count - earlier.counts.getOrDefault(key, 0L);
          if (more != 0) {
            difference.put(key, more);
          }
        });
    return new Verdicts(difference);
  }

  long of(String hook, String reason) {
    return counts.getOrDefault(hook + "/" + reason, 0L);
  }

  /** All verdicts of a hook, by reason. */
  Map<String, Long> at(String hook) {
    Map<String, Long> reasons = new TreeMap<>();
    only(key -> key.startsWith(hook + "/"))
        .forEach((key, count) -> reasons.put(reason(key), count));
    return reasons;
  }

  /** How many verdicts a hook has given. */
  long sumAt(String hook) {
    return at(hook).values().stream().mapToLong(Long::longValue).sum();
  }

  /** Translations at a hook: {@code socket}, {@code tc_ingress}, {@code tc_egress}. */
  long translatedAt(String hook) {
    return TRANSLATED.stream().mapToLong(reason -> of(hook, reason)).sum();
  }

  /** Those of {@link #counts} that mean a translation. */
  Map<String, Long> translations() {
    return only(key -> TRANSLATED.contains(reason(key)));
  }

  /** Those of {@link #counts} that mean that a packet or a call was turned away. */
  Map<String, Long> refusals() {
    return only(key -> reason(key).startsWith("reject_") || reason(key).startsWith("drop_"));
  }

  private Map<String, Long> only(Predicate<String> wanted) {
    Map<String, Long> some = new TreeMap<>(counts);
    some.keySet().removeIf(wanted.negate());
    return some;
  }

  private static String reason(String key) {
    return key.substring(key.indexOf('/') + 1);
  }
}

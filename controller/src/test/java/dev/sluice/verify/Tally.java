// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.reference.Ruling;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** What random worlds have tried: a test that meets only {@code pass} shows nothing. */
final class Tally {
  private final Map<Ruling.Kind, Integer> verdicts = new EnumMap<>(Ruling.Kind.class);
  private final Map<Integer, Integer> rules = new TreeMap<>();
  private int worlds;
  private int packets;

  void world() {
    worlds++;
  }

  void packet(Ruling ruling) {
    packets++;
    verdicts.merge(ruling.kind(), 1, Integer::sum);
    ruling.rules().forEach(rule -> rules.merge(rule, 1, Integer::sum));
  }

  /** A pinned client that came another way, to where its backend is usable or is not. */
  void pin(boolean keeps) {
    rules.merge(keeps ? 155 : 158, 1, Integer::sum);
  }

  int packets() {
    return packets;
  }

  int verdicts(Ruling.Kind kind) {
    return verdicts.getOrDefault(kind, 0);
  }

  /** How many packets a rule has decided. */
  int decidedBy(int rule) {
    return rules.getOrDefault(rule, 0);
  }

  @Override
  public String toString() {
    return "%d worlds, %d packets: %s; decided by rule: %s"
        .formatted(worlds, packets, verdicts, rules);
  }
}

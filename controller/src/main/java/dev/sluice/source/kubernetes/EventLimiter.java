// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.source.EventRecorder.Event;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps a port that is tried every few seconds from filling the cluster's database: the same Event
 * counts once in a while, and of different ones only so many are told.
 */
final class EventLimiter {
  static final Duration SAME_AGAIN = Duration.ofMinutes(10);

  /** At once, as client-go has it. */
  static final int BURST = 25;

  /** One more each. */
  static final Duration REFILL = Duration.ofSeconds(30);

  private static final int REMEMBERED = 256;

  private final InstantSource clock;
  private final Map<Event, Instant> told = new LinkedHashMap<>();
  private int tokens = BURST;
  private Instant refilled;

  EventLimiter(InstantSource clock) {
    this.clock = clock;
    this.refilled = clock.instant();
  }

  /** Whether it may be told; if so, it counts as told. */
  synchronized boolean admits(Event event) {
    Instant now = clock.instant();
    refill(now);
    Instant before = told.get(event);
    if (tokens == 0 || (before != null && before.plus(SAME_AGAIN).isAfter(now))) {
      return false;
    }
    tokens--;
    told.remove(event);
    told.put(event, now);
    if (told.size() > REMEMBERED) {
      told.remove(told.keySet().iterator().next());
    }
    return true;
  }

  private void refill(Instant now) {
    long more = Duration.between(refilled, now).dividedBy(REFILL);
    if (more > 0) {
      tokens = Math.toIntExact(Math.min(BURST, tokens + more));
      refilled = refilled.plus(REFILL.multipliedBy(more));
    }
  }
}

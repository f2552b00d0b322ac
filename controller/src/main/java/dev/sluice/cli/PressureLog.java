// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.bpf.Pressure;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Says in the log that tables or ranges are too small: a signal's first time at once, and after
 * that once a minute at most, with how often it was raised meanwhile. For one thread.
 */
final class PressureLog {
  private static final Duration REST = Duration.ofMinutes(1);

  private final Supplier<Map<Pressure, Long>> counters;
  private final BiConsumer<Pressure, String> log;
  private final LongSupplier nanoTime;
  private final Map<Pressure, Long> counted;
  private final Map<Pressure, Long> saidAt = new EnumMap<>(Pressure.class);
  private final Set<Pressure> due = EnumSet.noneOf(Pressure.class);

  /**
   * Begins with what has been counted by now.
   *
   * @param counters how often each signal was raised so far; without those that never were
   * @param log takes a line about a signal
   * @param nanoTime as System.nanoTime()
   */
  PressureLog(
      Supplier<Map<Pressure, Long>> counters,
      BiConsumer<Pressure, String> log,
      LongSupplier nanoTime) {
    this.counters = counters;
    this.log = log;
    this.nanoTime = nanoTime;
    this.counted = new EnumMap<>(Pressure.class);
    counted.putAll(counters.get());
  }

  /** A signal was raised, perhaps more than once. */
  void raised(Pressure signal) {
    due.add(signal);
  }

  /** Says what is due; to be called now and then. */
  void say() {
    long now = nanoTime.getAsLong();
    due.removeIf(
        signal -> {
          Long last = saidAt.get(signal);
          if (last != null && now - last < REST.toNanos()) {
            return false;
          }
          saidAt.put(signal, now);
          say(signal);
          return true;
        });
  }

  private void say(Pressure signal) {
    long count = counters.get().getOrDefault(signal, 0L);
    long before = counted.getOrDefault(signal, 0L);
    counted.put(signal, count);
    log.accept(signal, "%s (%d times)".formatted(PressureText.of(signal), count - before));
  }
}

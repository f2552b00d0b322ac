// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** How much of the processors others use while this process measures: figures suffer from it. */
final class Disturbance {
  /** {@code /proc/stat} counts in hundredths of a second, on every kernel (USER_HZ). */
  private static final Duration TICK = Duration.ofMillis(10);

  /** Of the first line: user, nice, system, idle, iowait, irq, softirq, steal. */
  private static final int FIELDS = 8;

  private static final int IDLE = 3;
  private static final int WAITING = 4;

  private final Ticks begun = Ticks.now();

  private record Ticks(long all, long busy, long own) {
    static Ticks now() {
      try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
        long[] fields =
            Stream.of(lines.findFirst().orElseThrow().split("\\s+", -1))
                .skip(1)
                .limit(FIELDS)
                .mapToLong(Long::parseLong)
                .toArray();
        long all = LongStream.of(fields).sum();
        Duration own = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return new Ticks(all, all - fields[IDLE] - fields[WAITING], own.dividedBy(TICK));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read what the processors do", e);
      }
    }
  }

  /** What others have used since this was made, in per cent of all processors; theft included. */
  int percent() {
    Ticks now = Ticks.now();
    long all = Math.max(1, now.all - begun.all);
    long others = now.busy - begun.busy - (now.own - begun.own);
    return Math.clamp(100 * others / all, 0, 100);
  }
}

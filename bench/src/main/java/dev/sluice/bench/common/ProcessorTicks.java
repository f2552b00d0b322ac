// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.common;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * What all processors of this machine have done since it started.
 *
 * @param all ticks that have passed, on all processors together
 * @param busy those in which one did something, for this machine or another one (steal)
 */
public record ProcessorTicks(long all, long busy) {
  /** {@code /proc/stat} counts in hundredths of a second, on every kernel (USER_HZ). */
  public static final Duration TICK = Duration.ofMillis(10);

  /** Of the first line: user, nice, system, idle, iowait, irq, softirq, steal. */
  private static final int FIELDS = 8;

  private static final int IDLE = 3;
  private static final int WAITING = 4;

  /** Until now. */
  public static ProcessorTicks now() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/stat"))) {
      long[] fields =
          Stream.of(lines.findFirst().orElseThrow().split("\\s+", -1))
              .skip(1)
              .limit(FIELDS)
              .mapToLong(Long::parseLong)
              .toArray();
      long all = LongStream.of(fields).sum();
      return new ProcessorTicks(all, all - fields[IDLE] - fields[WAITING]);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what the processors do", e);
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;

/** Times a program on packets, against a program of its type that does nothing. */
final class PacketMeasurement implements Measurement {
  /** Longer than any state of the programs lasts that sends packets another way. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ProgramTimer timer;
  private final ProgramTimer empty;
  private final IntFunction<List<byte[]>> frames;
  private final Expected expected;
  private final Map<Integer, Integer> verdicts = new TreeMap<>();

  /**
   * What the program must return, so that no other way through it is timed by mistake.
   *
   * @param least part of a round's packets that must meet it; a round in which fewer do is repeated
   *     unless all must
   */
  record Expected(int verdict, double least) {
    /** Anything. */
    static final Expected ANYTHING = new Expected(0, 0);

    /** For every packet. */
    static Expected always(ReturnValue verdict) {
      return new Expected(verdict.value(), 1);
    }

    /** For most packets: the program leaves some to another hook now and then. */
    static Expected mostly(ReturnValue verdict) {
      return new Expected(verdict.value(), 0.9);
    }
  }

  /**
   * @param frames those of a round, by the round's number; prepared outside the timed part
   */
  PacketMeasurement(
      ProgramTimer timer, ProgramTimer empty, IntFunction<List<byte[]>> frames, Expected expected) {
    this.timer = timer;
    this.empty = empty;
    this.frames = frames;
    this.expected = expected;
  }

  @Override
  public double round(int number) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      List<byte[]> round = frames.apply(number);
      ProgramTimer.Timing timing = timer.time(round);
      double share = timing.share(expected.verdict());
      if (share >= expected.least()) {
        timing.verdicts().forEach((verdict, runs) -> verdicts.merge(verdict, runs, Integer::sum));
        return timing.nanos() - empty.time(round).nanos();
      }
      if (expected.least() == 1 || System.nanoTime() > end) {
        throw new DatapathException(
            "%s returned %s where %s was to be timed"
                .formatted(
                    timer.program().name(),
                    text(timing.verdicts()),
                    ReturnValue.name(timer.program().type(), expected.verdict())));
      }
    }
  }

  /** Says what the program returned, if not always the same. */
  @Override
  public String note() {
    return verdicts.size() == 1 ? "" : text(verdicts);
  }

  /** {@code XDP_TX 97.0 %, XDP_PASS 3.0 %}. */
  String verdicts() {
    return text(verdicts);
  }

  private String text(Map<Integer, Integer> counts) {
    double all = counts.values().stream().mapToInt(Integer::intValue).sum();
    return counts.entrySet().stream()
        .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
        .map(
            entry ->
                String.format(
                    Locale.ROOT,
                    "%s %.1f %%",
                    ReturnValue.name(timer.program().type(), entry.getKey()),
                    100 * entry.getValue() / all))
        .collect(Collectors.joining(", "));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import java.util.List;
import java.util.stream.Stream;

/** All targets of these benchmarks; each stands with the benchmark that it judges. */
public final class Targets {
  private static final List<Target> ALL =
      List.of(
          MapUpdateBenchmark.BATCH,
          ServiceCommitBenchmark.WHOLE,
          MaglevBenchmark.BUILD,
          EndpointChangeBenchmark.CLUSTER_IP,
          EndpointChangeBenchmark.CLUSTER_IP_GROWTH,
          EndpointChangeBenchmark.OUTSIDE,
          EndpointChangeBenchmark.OUTSIDE_GROWTH,
          ColdStartBenchmark.CLUSTER_IP,
          ColdStartBenchmark.OUTSIDE);

  private Targets() {}

  /** Holds results against every target, measured or not. */
  public static List<Judgement> judge(JmhResults results) {
    return ALL.stream().map(target -> target.judge(results)).toList();
  }

  /** The judgements as a table of text, a line each. */
  static List<String> table(List<Judgement> judgements) {
    return Stream.concat(
            Stream.of(line("what", "target", "measured", "")),
            judgements.stream()
                .map(one -> line(one.what(), one.target(), one.figure(), one.outcome())))
        .toList();
  }

  private static String line(String what, String target, String figure, String outcome) {
    return "%-66s %-24s %16s  %s".formatted(what, target, figure, outcome).stripTrailing();
  }
}

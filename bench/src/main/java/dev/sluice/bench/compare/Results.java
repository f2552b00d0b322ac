// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.common.Samples;
import dev.sluice.bench.compare.result.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Figures by what they are of, in the order in which they came. */
final class Results {
  static final String MEDIAN = "median";

  private final Map<Key, List<Double>> rounds = new LinkedHashMap<>();

  /**
   * What a figure is of.
   *
   * @param path a {@link TrafficPath}'s name, or {@link #NODE}
   */
  record Key(Mode mode, String path, int services, Measure measure, String statistic) {
    static final String NODE = "node";

    static Key of(Mode mode, TrafficPath path, int services, Measure measure) {
      return new Key(mode, path.toString(), services, measure, MEDIAN);
    }

    /** Of what has nothing to do with traffic. */
    static Key ofNode(Mode mode, int services, Measure measure) {
      return new Key(mode, NODE, services, measure, MEDIAN);
    }

    Key with(String otherStatistic) {
      return new Key(mode, path, services, measure, otherStatistic);
    }

    Key with(Mode other) {
      return new Key(other, path, services, measure, statistic);
    }
  }

  /** Adds the figure of a round. */
  void add(Key key, double figure) {
    rounds.computeIfAbsent(key, any -> new ArrayList<>()).add(figure);
  }

  OptionalDouble median(Key key) {
    return rounds.containsKey(key)
        ? OptionalDouble.of(new Samples(rounds.get(key)).median())
        : OptionalDouble.empty();
  }

  /** The median of the rounds' ratios, of rounds that were taken side by side. */
  OptionalDouble ratio(Key key, Mode reference) {
    List<Double> own = rounds.getOrDefault(key, List.of());
    List<Double> others = rounds.getOrDefault(key.with(reference), List.of());
    List<Double> ratios =
        IntStream.range(0, Math.min(own.size(), others.size()))
            .mapToObj(i -> own.get(i) / others.get(i))
            .toList();
    return ratios.isEmpty()
        ? OptionalDouble.empty()
        : OptionalDouble.of(new Samples(ratios).median());
  }

  List<Result> list() {
    return rounds.entrySet().stream()
        .map(entry -> result(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Result result(Key key, List<Double> figures) {
    return Result.of(
        key.mode().toString(),
        key.path(),
        key.services(),
        Workload.ENDPOINTS,
        key.measure().toString(),
        key.measure().unit(),
        key.statistic(),
        figures);
  }
}

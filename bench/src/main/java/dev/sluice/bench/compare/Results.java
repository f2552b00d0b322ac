// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Spread;
import dev.sluice.bench.compare.result.Subject;
import dev.sluice.bench.compare.result.TrafficPath;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Figures by what they are of, in the order in which they came. */
final class Results {
  private final Map<Key, List<Double>> rounds = new LinkedHashMap<>();

  /** What a figure is of. */
  record Key(Mode mode, Subject subject, int services) {
    static Key of(Mode mode, TrafficPath path, int services, Measure measure) {
      return new Key(mode, new Subject(measure, path.toString(), Subject.MEDIAN), services);
    }

    /** Of what has nothing to do with traffic. */
    static Key ofNode(Mode mode, int services, Measure measure) {
      return new Key(mode, new Subject(measure, Subject.NODE, Subject.MEDIAN), services);
    }

    Key with(String statistic) {
      return new Key(mode, new Subject(subject.measure(), subject.path(), statistic), services);
    }

    Key with(Mode other) {
      return new Key(other, subject, services);
    }
  }

  /** Adds the figure of a round. */
  void add(Key key, double figure) {
    rounds.computeIfAbsent(key, any -> new ArrayList<>()).add(figure);
  }

  Optional<Result> find(Key key) {
    return Optional.ofNullable(rounds.get(key)).map(figures -> result(key, figures));
  }

  /** Of the rounds' ratios, which were taken side by side. */
  Optional<Spread> ratio(Key key, Mode reference) {
    return find(key).flatMap(own -> find(key.with(reference)).map(own::ratioTo));
  }

  List<Result> list() {
    return rounds.entrySet().stream()
        .map(entry -> result(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Result result(Key key, List<Double> figures) {
    return new Result(key.mode(), key.subject(), key.services(), Workload.ENDPOINTS, figures);
  }
}

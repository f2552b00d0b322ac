// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Spread;
import dev.sluice.bench.compare.result.Subject;
import dev.sluice.bench.controller.Judgement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What the comparison is held against; set before anything was measured. */
final class CompareTargets {
  private static final String PATH = "pod-to-pod";

  private static final int MANY = 10_000;

  /** How far the best and the worst number of Services may lie apart. */
  private static final double FLAT = 1.05;

  private static final Subject CONNECTIONS =
      new Subject(Measure.NEW_CONNECTIONS, PATH, Subject.MEDIAN);
  private static final Subject LATENCY = new Subject(Measure.REQUEST_LATENCY, PATH, "p99");
  private static final Subject COLD =
      new Subject(Measure.PROGRAM_COLD, Subject.NODE, Subject.MEDIAN);
  private static final Subject CHANGE =
      new Subject(Measure.ENDPOINT_CHANGE, Subject.NODE, Subject.MEDIAN);

  /** A ratio with the place where it was measured; thousandths show why one just missed. */
  private record Placed(double value, int services) {
    @Override
    public String toString() {
      return "%s at %s %s"
          .formatted(
              String.format(Locale.ROOT, "%.3f", value),
              Figures.count(services),
              services == 1 ? "Service" : "Services");
    }
  }

  private CompareTargets() {}

  /** Holds a machine's results against all targets that can be asked of it. */
  static List<Judgement> judge(Comparison comparison) {
    List<Judgement> all = new ArrayList<>();
    for (Mode mode : List.of(Mode.SLUICE_SOCKETS, Mode.SLUICE_TC)) {
      double least = mode == Mode.SLUICE_SOCKETS ? 0.97 : 0.93;
      all.add(connections(comparison, mode, least));
      all.add(flat(comparison, mode));
      all.add(latency(comparison, mode));
    }
    for (Mode mode : List.of(Mode.NFTABLES, Mode.IPVS_RR, Mode.IPVS_MH)) {
      all.add(beats(comparison, mode));
    }
    all.add(faster(comparison, COLD, Mode.IPTABLES_LEGACY, 10));
    all.add(faster(comparison, COLD, Mode.IPTABLES_NFT, 10));
    all.add(faster(comparison, COLD, Mode.NFTABLES, 50));
    all.add(faster(comparison, CHANGE, Mode.IPTABLES_LEGACY, 100));
    all.add(faster(comparison, CHANGE, Mode.IPTABLES_NFT, 100));
    return all;
  }

  private static Judgement connections(Comparison comparison, Mode mode, double least) {
    Optional<Placed> worst =
        ratios(comparison, CONNECTIONS, mode, Mode.DIRECT)
            .min(Comparator.comparingDouble(Placed::value));
    return new Judgement(
        mode.label() + ": new connections/s relative to direct, at every number of Services",
        String.format(Locale.ROOT, "at least %.2f", least),
        worst.map(Placed::toString).orElse(""),
        worst.map(placed -> placed.value() >= least));
  }

  private static Judgement flat(Comparison comparison, Mode mode) {
    List<Placed> sorted =
        ratios(comparison, CONNECTIONS, mode, Mode.DIRECT)
            .sorted(Comparator.comparingDouble(Placed::value))
            .toList();
    boolean measured = sorted.stream().map(Placed::services).distinct().count() > 1;
    return new Judgement(
        mode.label() + ": new connections/s relative to direct, over all numbers of Services",
        String.format(Locale.ROOT, "within %.0f %%", 100 * (FLAT - 1)),
        measured ? "from " + sorted.getFirst() + " to " + sorted.getLast() : "",
        measured
            ? Optional.of(sorted.getLast().value() <= FLAT * sorted.getFirst().value())
            : Optional.empty());
  }

  private static Judgement latency(Comparison comparison, Mode mode) {
    Optional<Placed> worst =
        ratios(comparison, LATENCY, mode, Mode.DIRECT)
            .max(Comparator.comparingDouble(Placed::value));
    return new Judgement(
        mode.label() + ": p99 of the latency relative to direct, at every number of Services",
        "at most 1.05",
        worst.map(Placed::toString).orElse(""),
        worst.map(placed -> placed.value() <= 1.05));
  }

  /** Sluice's worse mode at the number of Services where the other comes closest. */
  private static Judgement beats(Comparison comparison, Mode other) {
    Optional<Placed> worst =
        Stream.of(Mode.SLUICE_SOCKETS, Mode.SLUICE_TC)
            .flatMap(mode -> ratios(comparison, CONNECTIONS, mode, other))
            .min(Comparator.comparingDouble(Placed::value));
    return new Judgement(
        "Sluice, both modes: new connections/s relative to " + other.label(),
        "more than 1",
        worst.map(Placed::toString).orElse(""),
        worst.map(placed -> placed.value() > 1));
  }

  private static Judgement faster(Comparison comparison, Subject subject, Mode other, int times) {
    Optional<Spread> ratio =
        comparison
            .find(subject, other, MANY)
            .flatMap(result -> comparison.ratio(result, Mode.SLUICE_SOCKETS));
    return new Judgement(
        "%s, %s Services: %s relative to Sluice"
            .formatted(subject.measure().title(), Figures.count(MANY), other.label()),
        "at least " + times + " times",
        ratio.map(spread -> Figures.of(spread.median()) + " times").orElse(""),
        ratio.map(spread -> spread.median() >= times));
  }

  private static Stream<Placed> ratios(
      Comparison comparison, Subject subject, Mode mode, Mode reference) {
    return comparison
        .of(subject, mode)
        .flatMap(
            result ->
                comparison.ratio(result, reference).stream()
                    .map(ratio -> new Placed(ratio.median(), result.services())));
  }
}

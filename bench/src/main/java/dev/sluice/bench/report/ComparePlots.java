// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.compare.result.Measure;
import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.Result;
import dev.sluice.bench.compare.result.Spread;
import dev.sluice.bench.compare.result.Subject;
import dev.sluice.bench.report.plot.Heading;
import dev.sluice.bench.report.plot.LinePlot;
import dev.sluice.bench.report.plot.Panel;
import dev.sluice.bench.report.plot.Point;
import dev.sluice.bench.report.plot.Scale;
import dev.sluice.bench.report.plot.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** Plots of a comparison: a measure against the number of Services, a line for each mode. */
final class ComparePlots {
  /** Latencies that are so many times the least. */
  private static final double OUTLIER = 20;

  private final Comparison comparison;

  ComparePlots(Comparison comparison) {
    this.comparison = comparison;
  }

  /**
   * The plot of a measure; nothing where a figure of it means nothing and there is no ratio either.
   *
   * @param subjects of that measure and one path, a panel each
   */
  Optional<String> svg(List<Subject> subjects) {
    Measure measure = subjects.getFirst().measure();
    List<Panel> panels = new ArrayList<>();
    boolean figures = comparison.hasFiguresOf(measure);
    for (Subject subject : subjects) {
      if (figures) {
        panel(subject, result -> Optional.of(result.spread()), subject.measure().writtenUnit())
            .ifPresent(panels::add);
      }
      if (!figures || measure == Measure.NEW_CONNECTIONS) {
        panel(
                subject,
                result -> comparison.ratio(result, measure.reference()),
                "relative to " + measure.reference().briefly())
            .ifPresent(panels::add);
      }
    }
    return panels.isEmpty()
        ? Optional.empty()
        : Optional.of(new LinePlot(heading(subjects), panels).svg());
  }

  private Heading heading(List<Subject> subjects) {
    Measure measure = subjects.getFirst().measure();
    return new Heading(
        subjects.getFirst().title(),
        measure.explanation() + ". Median of the rounds; bars from the least to the greatest.",
        List.of(comparison.machine().toString(), comparison.report().command()));
  }

  private Optional<Panel> panel(
      Subject subject, Function<Result, Optional<Spread>> figure, String label) {
    List<Series> series =
        Arrays.stream(Mode.values())
            .map(mode -> series(mode, subject, figure))
            .filter(one -> !one.points().isEmpty())
            .toList();
    if (series.isEmpty()) {
      return Optional.empty();
    }
    Scale scale = scale(subject, series);
    return Optional.of(
        new Panel(
            subject.statistic().equals("median") ? "" : subject.statistic(),
            "Services, " + endpoints() + " endpoints each",
            scale == scale(subject.measure()) ? label : label + ", " + scale.label() + " scale",
            scale,
            series));
  }

  private Series series(Mode mode, Subject subject, Function<Result, Optional<Spread>> figure) {
    List<Point> points =
        comparison
            .of(subject, mode)
            .flatMap(
                result ->
                    figure.apply(result).stream()
                        .map(spread -> spread.atLeast(floor(subject.measure())))
                        .map(
                            spread ->
                                new Point(
                                    result.services(),
                                    spread.median(),
                                    spread.least(),
                                    spread.most())))
            .toList();
    return new Series(mode.label(), ModeStyle.of(mode), points);
  }

  /**
   * Zero has no place on a logarithmic scale; on another one, an outlier leaves none to the rest.
   */
  private static Scale scale(Subject subject, List<Series> series) {
    DoubleSummaryStatistics least = statistics(series, Point::least);
    double most = statistics(series, Point::most).getMax();
    if (least.getMin() <= 0) {
      return Scale.LINEAR;
    }
    return subject.measure().isLatency() && most > OUTLIER * least.getMin()
        ? Scale.LOGARITHMIC
        : scale(subject.measure());
  }

  /** Modes differ by orders of magnitude in all but traffic. */
  private static Scale scale(Measure measure) {
    return measure.dependsOnPath() ? Scale.LINEAR : Scale.LOGARITHMIC;
  }

  /** What is less stands there on a logarithmic axis: noise can be zero, or even less. */
  private static double floor(Measure measure) {
    return measure.needsTrueClock() ? 0 : 0.1;
  }

  private static DoubleSummaryStatistics statistics(
      List<Series> series, ToDoubleFunction<Point> figure) {
    return series.stream()
        .flatMap(one -> one.points().stream())
        .mapToDouble(figure)
        .summaryStatistics();
  }

  private int endpoints() {
    return comparison.results().getFirst().endpoints();
  }
}

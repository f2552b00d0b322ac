// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.util.List;
import org.jfree.data.xy.XYIntervalSeries;
import org.jfree.data.xy.XYIntervalSeriesCollection;

/** Series in the form that JFreeChart takes. */
final class Intervals {
  private Intervals() {}

  /** Figures upwards, by their places across. */
  static XYIntervalSeriesCollection upright(List<Series> series) {
    XYIntervalSeriesCollection all = new XYIntervalSeriesCollection();
    for (Series one : series) {
      XYIntervalSeries intervals = empty(one, all);
      for (Point point : one.points()) {
        intervals.add(
            point.at(), point.at(), point.at(), point.value(), point.least(), point.most());
      }
      all.addSeries(intervals);
    }
    return all;
  }

  /** Figures across, by their places upwards. */
  static XYIntervalSeriesCollection lying(List<Series> series) {
    XYIntervalSeriesCollection all = new XYIntervalSeriesCollection();
    for (Series one : series) {
      XYIntervalSeries intervals = empty(one, all);
      for (Point point : one.points()) {
        intervals.add(
            point.value(), point.least(), point.most(), point.at(), point.at(), point.at());
      }
      all.addSeries(intervals);
    }
    return all;
  }

  private static XYIntervalSeries empty(Series series, XYIntervalSeriesCollection among) {
    return new XYIntervalSeries(among.getSeriesCount() + " " + series.label(), false, true);
  }
}

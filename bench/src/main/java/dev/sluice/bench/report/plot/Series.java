// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.util.List;

/** Figures that belong together, by their place on the other axis. */
public record Series(String label, Style style, List<Point> points) {
  public Series {
    points = List.copyOf(points);
  }

  /** The same with each place multiplied. */
  Series shifted(double factor) {
    return new Series(
        label,
        style,
        points.stream()
            .map(p -> new Point(p.at() * factor, p.value(), p.least(), p.most()))
            .toList());
  }
}

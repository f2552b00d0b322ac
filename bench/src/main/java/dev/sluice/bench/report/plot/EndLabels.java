// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.BasicStroke;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Names of series where their lines end, moved apart where they would cover each other: a reader
 * need not look from a legend to the lines and back.
 */
final class EndLabels {
  private static final int LINE = 16;

  /** Between a marker and the line to its name. */
  private static final int CLEAR = 24;

  /** A name, and where its line ends. */
  private record End(Series series, double x, double y) {}

  private final List<End> ends = new ArrayList<>();

  /**
   * Adds a line.
   *
   * @param x of its last point on the canvas
   * @param y likewise
   */
  void add(Series series, double x, double y) {
    ends.add(new End(series, x, y));
  }

  /**
   * Writes them.
   *
   * @param left where they begin
   */
  void draw(SvgCanvas canvas, double left, double top, double bottom) {
    ends.sort(Comparator.comparingDouble(End::y));
    double[] places = places(top + LINE / 2.0, bottom);
    for (int i = 0; i < ends.size(); i++) {
      Style style = ends.get(i).series().style();
      canvas.graphics().setStroke(new BasicStroke(0.7f));
      canvas.graphics().setPaint(style.color());
      canvas
          .graphics()
          .draw(new Line2D.Double(ends.get(i).x() + CLEAR, ends.get(i).y(), left - 3, places[i]));
      marker(canvas, style, left + 4, places[i]);
      canvas.write(ends.get(i).series().label(), Text.LABEL, Text.INK, left + 14, places[i] + 4);
    }
  }

  static void marker(SvgCanvas canvas, Style style, double x, double y) {
    var shape =
        AffineTransform.getTranslateInstance(x, y).createTransformedShape(style.marker().shape());
    canvas.graphics().setPaint(style.fill());
    canvas.graphics().fill(shape);
    canvas.graphics().setPaint(style.color());
    canvas.graphics().setStroke(new BasicStroke(1.4f));
    canvas.graphics().draw(shape);
  }

  /** Down in order, none closer to its neighbour than a line; then up again from the bottom. */
  private double[] places(double top, double bottom) {
    double[] places = new double[ends.size()];
    for (int i = 0; i < places.length; i++) {
      places[i] = Math.max(ends.get(i).y(), i == 0 ? top : places[i - 1] + LINE);
    }
    for (int i = places.length - 1; i >= 0; i--) {
      places[i] = Math.min(places[i], i == places.length - 1 ? bottom : places[i + 1] - LINE);
    }
    return places;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;

/** What tells a series from others where its colour does not: in print, or to some eyes. */
public enum Marker {
  CIRCLE,
  SQUARE,
  DIAMOND,
  TRIANGLE,
  TRIANGLE_DOWN,
  HOURGLASS,
  BAR;

  /** Around (0, 0), in pixels. */
  Shape shape() {
    return switch (this) {
      case CIRCLE -> new Ellipse2D.Double(-4, -4, 8, 8);
      case SQUARE -> new Rectangle2D.Double(-3.5, -3.5, 7, 7);
      case DIAMOND -> polygon(0, -5, 5, 0, 0, 5, -5, 0);
      case TRIANGLE -> polygon(0, -5, 4.5, 3.5, -4.5, 3.5);
      case TRIANGLE_DOWN -> polygon(0, 5, 4.5, -3.5, -4.5, -3.5);
      case HOURGLASS -> polygon(-4, -4, 4, -4, -4, 4, 4, 4);
      case BAR -> new Rectangle2D.Double(-1, -6, 2, 12);
    };
  }

  private static Shape polygon(double... coordinates) {
    Path2D path = new Path2D.Double();
    path.moveTo(coordinates[0], coordinates[1]);
    for (int i = 2; i < coordinates.length; i += 2) {
      path.lineTo(coordinates[i], coordinates[i + 1]);
    }
    path.closePath();
    return path;
  }
}

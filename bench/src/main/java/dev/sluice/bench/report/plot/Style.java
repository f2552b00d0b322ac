// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Paint;
import java.awt.Stroke;

/**
 * How a series looks, in all plots alike.
 *
 * @param filled whether its markers are; others are hollow
 * @param prominent whether its line is thicker than others
 */
public record Style(Color color, Marker marker, boolean filled, boolean prominent) {
  Paint fill() {
    return filled ? color : Color.WHITE;
  }

  Stroke line() {
    return new BasicStroke(prominent ? 2.4f : 1.3f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }
}

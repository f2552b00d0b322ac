// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.io.Serial;
import java.util.List;
import java.util.stream.DoubleStream;
import org.jfree.chart.axis.AxisState;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberTick;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.TextAnchor;

/** A logarithmic axis with ticks where a plot's author wants them. */
final class TickedLogAxis extends LogAxis {
  @Serial private static final long serialVersionUID = 1;

  private final double[] ticks;

  TickedLogAxis(String label, double... ticks) {
    super(label);
    this.ticks = ticks.clone();
    setSmallestValue(Double.MIN_NORMAL);
  }

  @Override
  public List<NumberTick> refreshTicks(
      Graphics2D g2, AxisState state, Rectangle2D dataArea, RectangleEdge edge) {
    TextAnchor anchor =
        RectangleEdge.isTopOrBottom(edge) ? TextAnchor.TOP_CENTER : TextAnchor.CENTER_RIGHT;
    return DoubleStream.of(ticks)
        .mapToObj(tick -> new NumberTick(tick, Axes.format(tick).format(tick), anchor, anchor, 0))
        .toList();
  }
}

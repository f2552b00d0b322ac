// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jfree.chart.ChartRenderingInfo;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.AxisSpace;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;

/**
 * Lines over a logarithmic axis, with bars from the least to the greatest of each point's rounds.
 *
 * @param title what of several panels this is; may be empty
 */
public record Panel(
    String title, String acrossLabel, String upLabel, Scale scale, List<Series> series) {
  private static final int LEFT = 68;
  private static final int BELOW = 46;

  /** Room for half of the last tick's label. */
  private static final int RIGHT = 22;

  /** How far neighbours stand apart where they have the same place, in orders of magnitude. */
  private static final double APART = 0.022;

  public Panel {
    series = List.copyOf(series);
  }

  /** Draws it into an area of a canvas, and says where its figures are and its lines end. */
  Rectangle2D draw(SvgCanvas canvas, Rectangle2D area, EndLabels labels) {
    ValueAxis across = Axes.at(acrossLabel, points(Point::at).distinct().sorted().toArray());
    ValueAxis up =
        Axes.of(
            upLabel,
            scale,
            points(Point::least).min().orElse(0),
            points(Point::most).max().orElse(1));
    XYPlot plot =
        new XYPlot(Intervals.upright(apart()), across, up, new SeriesRenderer(series, true));
    dress(plot, LEFT, BELOW);
    ChartRenderingInfo info = new ChartRenderingInfo();
    draw(plot, canvas, area, info);
    Rectangle2D inner = info.getPlotInfo().getDataArea();
    canvas.write(title, Text.PANEL, Text.INK, inner.getX(), area.getY() + 12);
    for (Series one : series) {
      Point last = one.points().getLast();
      labels.add(
          one,
          across.valueToJava2D(last.at(), inner, RectangleEdge.BOTTOM),
          up.valueToJava2D(last.value(), inner, RectangleEdge.LEFT));
    }
    return inner;
  }

  /** Each series a little beside the one before, so that equal figures and bars can be seen. */
  private List<Series> apart() {
    return IntStream.range(0, series.size())
        .mapToObj(i -> series.get(i).shifted(Math.pow(10, APART * (i - (series.size() - 1) / 2.0))))
        .toList();
  }

  private DoubleStream points(ToDoubleFunction<Point> what) {
    return series.stream().flatMap(one -> one.points().stream()).mapToDouble(what);
  }

  static void dress(XYPlot plot, int left, int below) {
    plot.setBackgroundPaint(Color.WHITE);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(Text.GRID);
    plot.setRangeGridlinePaint(Text.GRID);
    plot.setDomainGridlineStroke(new BasicStroke(1));
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setInsets(RectangleInsets.ZERO_INSETS);
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    AxisSpace room = new AxisSpace();
    room.setLeft(left);
    room.setRight(RIGHT);
    plot.setFixedRangeAxisSpace(room);
    AxisSpace under = new AxisSpace();
    under.setBottom(below);
    plot.setFixedDomainAxisSpace(under);
  }

  static void draw(XYPlot plot, SvgCanvas canvas, Rectangle2D area, ChartRenderingInfo info) {
    JFreeChart chart = new JFreeChart(null, Text.TITLE, plot, false);
    chart.setBackgroundPaint(null);
    chart.setPadding(new RectangleInsets(20, 0, 0, 0));
    chart.draw(canvas.graphics(), area, info);
  }
}

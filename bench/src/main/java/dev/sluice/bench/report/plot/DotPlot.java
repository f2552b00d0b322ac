// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.stream.IntStream;
import org.jfree.chart.ChartRenderingInfo;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.ui.RectangleInsets;

/**
 * A row for each name, with its figures as dots along a logarithmic axis.
 *
 * @param rows from top to bottom; a point's place is the index of its row
 * @param columns side by side, over the same rows
 * @param legend series that stand for all of their style
 */
public record DotPlot(
    Heading heading,
    String acrossLabel,
    List<String> rows,
    List<Column> columns,
    List<Series> legend) {
  private static final int ROW = 25;
  private static final int NAMES = 310;
  private static final int MARGIN = 16;
  private static final int LEGEND = 24;
  private static final int AROUND = 66;
  private static final int BELOW = 46;

  /** Series of one kind, under its name. */
  public record Column(String title, List<Series> series) {
    public Column {
      series = List.copyOf(series);
    }
  }

  public DotPlot {
    rows = List.copyOf(rows);
    columns = List.copyOf(columns);
    legend = List.copyOf(legend);
  }

  /** The plot as an SVG file. */
  public String svg() {
    int panelHeight = AROUND + ROW * rows.size();
    int height = Heading.ABOVE + LEGEND + panelHeight + heading.below();
    SvgCanvas canvas = new SvgCanvas(Heading.WIDTH, height, heading.title());
    heading.draw(canvas, height);
    drawLegend(canvas);
    double width = (Heading.WIDTH - NAMES - 2.0 * MARGIN) / columns.size();
    for (int i = 0; i < columns.size(); i++) {
      int names = i == 0 ? NAMES : MARGIN;
      double right = MARGIN + NAMES + (i + 1) * width;
      Rectangle2D area =
          new Rectangle2D.Double(
              right - width - names + MARGIN / 2.0,
              Heading.ABOVE + LEGEND,
              names + width - MARGIN,
              panelHeight);
      draw(columns.get(i), i == 0, canvas, area, names);
    }
    return canvas.svg();
  }

  private void draw(Column column, boolean first, SvgCanvas canvas, Rectangle2D area, int names) {
    SymbolAxis up = Axes.dressed(new SymbolAxis(null, rows.toArray(String[]::new)));
    up.setGridBandsVisible(false);
    up.setInverted(true);
    up.setRange(-0.6, rows.size() - 0.4);
    up.setTickLabelsVisible(first);
    up.setTickLabelInsets(new RectangleInsets(0, 8, 0, 8));
    up.setTickMarksVisible(false);
    XYPlot plot =
        new XYPlot(
            Intervals.lying(column.series()),
            across(),
            up,
            new SeriesRenderer(column.series(), false));
    Panel.dress(plot, names, BELOW);
    ChartRenderingInfo info = new ChartRenderingInfo();
    Panel.draw(plot, canvas, area, info);
    double x = info.getPlotInfo().getDataArea().getX();
    canvas.write(column.title(), Text.PANEL, Text.INK, x, area.getY() + 12);
  }

  /** The same for all columns, so that they compare. */
  private ValueAxis across() {
    List<Point> points =
        columns.stream()
            .flatMap(column -> column.series().stream())
            .flatMap(series -> series.points().stream())
            .toList();
    return Axes.of(
        acrossLabel,
        Scale.LOGARITHMIC,
        points.stream().mapToDouble(Point::least).min().orElse(1),
        points.stream().mapToDouble(Point::most).max().orElse(1));
  }

  private void drawLegend(SvgCanvas canvas) {
    double x = MARGIN + 10;
    double y = Heading.ABOVE + LEGEND / 2.0;
    for (int i : IntStream.range(0, legend.size()).toArray()) {
      EndLabels.marker(canvas, legend.get(i).style(), x, y);
      canvas.write(legend.get(i).label(), Text.LABEL, Text.INK, x + 10, y + 4);
      x += Text.LABEL.width(legend.get(i).label()) + 34;
    }
  }
}

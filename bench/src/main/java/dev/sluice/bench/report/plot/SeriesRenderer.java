// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.BasicStroke;
import java.io.Serial;
import java.util.List;
import org.jfree.chart.renderer.xy.XYErrorRenderer;

/** Draws each series in its style, with its spread as a bar. */
final class SeriesRenderer extends XYErrorRenderer {
  @Serial private static final long serialVersionUID = 1;

  /**
   * A renderer.
   *
   * @param upright whether figures are upwards and joined by lines; they are across otherwise
   */
  SeriesRenderer(List<Series> series, boolean upright) {
    super();
    setDrawYError(upright);
    setDrawXError(!upright);
    setDefaultLinesVisible(upright);
    setCapLength(5);
    setErrorStroke(new BasicStroke(1));
    setUseFillPaint(true);
    setDrawOutlines(true);
    setDefaultOutlineStroke(new BasicStroke(1.4f));
    setAutoPopulateSeriesOutlineStroke(false);
    for (int i = 0; i < series.size(); i++) {
      Style style = series.get(i).style();
      setSeriesPaint(i, style.color());
      setSeriesFillPaint(i, style.fill());
      setSeriesStroke(i, style.line());
      setSeriesShape(i, style.marker().shape());
      setSeriesShapesFilled(i, true);
    }
  }
}

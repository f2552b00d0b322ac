// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.geom.Rectangle2D;
import java.util.List;

/** One or more panels side by side; the last has the names of the lines at its right. */
public record LinePlot(Heading heading, List<Panel> panels) {
  private static final int PANELS_HEIGHT = 380;
  private static final int LABELS = 156;
  private static final int MARGIN = 8;

  public LinePlot {
    panels = List.copyOf(panels);
  }

  /** The plot as an SVG file. */
  public String svg() {
    int height = Heading.ABOVE + PANELS_HEIGHT + heading.below();
    SvgCanvas canvas = new SvgCanvas(Heading.WIDTH, height, heading.title());
    heading.draw(canvas, height);
    double width = (Heading.WIDTH - LABELS - MARGIN) / (double) panels.size();
    for (int i = 0; i < panels.size(); i++) {
      Rectangle2D area =
          new Rectangle2D.Double(MARGIN + i * width, Heading.ABOVE, width - MARGIN, PANELS_HEIGHT);
      EndLabels labels = new EndLabels();
      Rectangle2D inner = panels.get(i).draw(canvas, area, labels);
      if (i == panels.size() - 1) {
        labels.draw(canvas, area.getMaxX() + MARGIN, inner.getY(), inner.getMaxY());
      }
    }
    return canvas.svg();
  }
}

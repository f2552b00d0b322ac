// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.font.LineMetrics;
import java.io.Serial;

/**
 * Helvetica by its published widths, which Arial and Liberation Sans share. A machine's own fonts
 * would lay out the same plot differently on every machine, and a container may have none.
 */
final class PlotFont extends Font {
  /** What a viewer is asked for, best first. */
  static final String FAMILIES = "Helvetica, Arial, 'Liberation Sans', sans-serif";

  @Serial private static final long serialVersionUID = 1;

  private static final String NAME = "Helvetica";
  private static final char FIRST = ' ';

  /** Of a character that the tables lack: that of a digit. */
  private static final int OTHER = 556;

  // Widths of the characters from ' ' to '~', in thousandths of the size.
  private static final int[] PLAIN_WIDTHS = {
    278, 278, 355, 556, 556, 889, 667, 222, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 222, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584
  };
  private static final int[] BOLD_WIDTHS = {
    278, 333, 474, 556, 556, 889, 722, 278, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 278, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584
  };

  /**
   * A font.
   *
   * @param style {@link Font#PLAIN} or {@link Font#BOLD}
   * @param size in pixels
   */
  PlotFont(int style, int size) {
    super(NAME, style, size);
  }

  /** The width of a text in pixels. */
  double width(String text) {
    int[] widths = isBold() ? BOLD_WIDTHS : PLAIN_WIDTHS;
    int sum =
        text.chars()
            .map(c -> c >= FIRST && c < FIRST + widths.length ? widths[c - FIRST] : OTHER)
            .sum();
    return sum * getSize() / 1000.0;
  }

  @Override
  public String getFamily() {
    return NAME;
  }

  @Override
  public LineMetrics getLineMetrics(String text, FontRenderContext context) {
    return new PlotFontMetrics.Line(text.length(), getSize2D());
  }
}

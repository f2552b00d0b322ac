// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.Color;
import java.awt.Font;

/** Sizes and colours of what is written around figures. */
final class Text {
  static final PlotFont TITLE = new PlotFont(Font.BOLD, 16);
  static final PlotFont PANEL = new PlotFont(Font.BOLD, 13);
  static final PlotFont LABEL = new PlotFont(Font.PLAIN, 12);
  static final PlotFont SMALL = new PlotFont(Font.PLAIN, 11);
  static final Color INK = new Color(0x1f2328);
  static final Color FAINT = new Color(0x59636e);
  static final Color GRID = new Color(0xe4e8ec);

  private Text() {}
}

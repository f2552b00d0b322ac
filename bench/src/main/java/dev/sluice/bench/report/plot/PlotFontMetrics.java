// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.FontMetrics;
import java.awt.font.LineMetrics;
import java.io.Serial;

/** What JFreeChart asks of a font, answered without the machine's fonts. */
final class PlotFontMetrics extends FontMetrics {
  /** Of the font's size, for capitals and digits and what is below the line. */
  private static final float ASCENT = 0.75f;

  private static final float DESCENT = 0.25f;

  @Serial private static final long serialVersionUID = 1;

  private final PlotFont plotFont;

  PlotFontMetrics(PlotFont font) {
    super(font);
    plotFont = font;
  }

  @Override
  public int getAscent() {
    return Math.round(ASCENT * font.getSize2D());
  }

  @Override
  public int getDescent() {
    return Math.round(DESCENT * font.getSize2D());
  }

  @Override
  public int getHeight() {
    return getAscent() + getDescent();
  }

  @Override
  public int stringWidth(String text) {
    return (int) Math.round(plotFont.width(text));
  }

  @Override
  public int charsWidth(char[] data, int offset, int length) {
    return stringWidth(new String(data, offset, length));
  }

  @Override
  public int charWidth(char character) {
    return stringWidth(String.valueOf(character));
  }

  /** A line of text in a font of a size in pixels. */
  static final class Line extends LineMetrics {
    private final int characters;
    private final float size;

    Line(int characters, float size) {
      super();
      this.characters = characters;
      this.size = size;
    }

    @Override
    public int getNumChars() {
      return characters;
    }

    @Override
    public float getAscent() {
      return ASCENT * size;
    }

    @Override
    public float getDescent() {
      return DESCENT * size;
    }

    @Override
    public float getLeading() {
      return 0;
    }

    @Override
    public float getHeight() {
      return getAscent() + getDescent();
    }

    @Override
    public int getBaselineIndex() {
      return 0;
    }

    @Override
    public float[] getBaselineOffsets() {
      return new float[3];
    }

    @Override
    public float getStrikethroughOffset() {
      return 0;
    }

    @Override
    public float getStrikethroughThickness() {
      return 0;
    }

    @Override
    public float getUnderlineOffset() {
      return 0;
    }

    @Override
    public float getUnderlineThickness() {
      return 0;
    }
  }
}

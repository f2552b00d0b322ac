// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics;
import java.awt.Graphics2D;
import java.awt.geom.RoundRectangle2D;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGeneratorContext;
import org.apache.batik.svggen.SVGGeneratorContext.GraphicContextDefaults;
import org.apache.batik.svggen.SVGGraphics2D;
import org.apache.batik.svggen.SVGGraphics2DIOException;
import org.jfree.chart.text.TextUtils;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A drawing of a fixed size on a light ground of its own, so that it can be read on a page of any
 * colour.
 */
final class SvgCanvas {
  private static final String NAMESPACE = "http://www.w3.org/2000/svg";
  private static final Color GROUND = Color.WHITE;
  private static final Color BORDER = new Color(0xd0d7de);
  private static final int ROUNDED = 12;

  private final int width;
  private final int height;
  private final String title;
  private final Canvas graphics;

  /**
   * An empty drawing.
   *
   * @param title for who cannot see it
   */
  SvgCanvas(int width, int height, String title) {
    this.width = width;
    this.height = height;
    this.title = title;
    SVGGeneratorContext context = SVGGeneratorContext.createDefault(document());
    context.setComment(" written by bench/run.sh report ");
    context.setPrecision(2);
    GraphicContextDefaults defaults = new GraphicContextDefaults();
    defaults.setFont(Text.LABEL);
    context.setGraphicContextDefaults(defaults);
    graphics = new Canvas(context);
    // The way around an old bug of JDKs would draw rotated text as outlines of the machine's font.
    TextUtils.setUseDrawRotatedStringWorkaround(false);
    RoundRectangle2D frame =
        new RoundRectangle2D.Double(0.5, 0.5, width - 1, height - 1, ROUNDED, ROUNDED);
    graphics.setPaint(GROUND);
    graphics.fill(frame);
    graphics.setPaint(BORDER);
    graphics.draw(frame);
  }

  Graphics2D graphics() {
    return graphics;
  }

  /** Writes a text that begins at a place. */
  void write(String text, PlotFont font, Color color, double x, double y) {
    graphics.setFont(font);
    graphics.setPaint(color);
    graphics.drawString(text, (float) x, (float) y);
  }

  /** The drawing as a file, without the document type that Batik writes: browsers need none. */
  String svg() {
    Element root = graphics.getRoot();
    root.setAttribute("viewBox", "0 0 " + width + " " + height);
    root.setAttribute("width", String.valueOf(width));
    root.setAttribute("height", String.valueOf(height));
    root.setAttribute("role", "img");
    root.setAttribute("font-family", PlotFont.FAMILIES);
    Element name = root.getOwnerDocument().createElementNS(NAMESPACE, "title");
    name.setTextContent(title);
    root.insertBefore(name, root.getFirstChild());
    StringWriter writer = new StringWriter();
    try {
      graphics.stream(root, writer, false, false);
    } catch (SVGGraphics2DIOException e) {
      throw new UncheckedIOException(e);
    }
    String text = writer.toString();
    return text.substring(text.indexOf("<svg")).stripTrailing() + "\n";
  }

  private static Document document() {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .getDOMImplementation()
          .createDocument(NAMESPACE, "svg", null);
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("this JDK cannot make an XML document", e);
    }
  }

  /** Batik's graphics with the widths of {@link PlotFont} in place of the machine's fonts. */
  private static final class Canvas extends SVGGraphics2D {
    Canvas(SVGGeneratorContext context) {
      super(context, false);
    }

    private Canvas(Canvas other) {
      super(other);
    }

    @Override
    public Graphics create() {
      return new Canvas(this);
    }

    @Override
    public FontMetrics getFontMetrics(Font font) {
      return font instanceof PlotFont plotFont
          ? new PlotFontMetrics(plotFont)
          : new PlotFontMetrics(new PlotFont(font.getStyle(), font.getSize()));
    }
  }
}

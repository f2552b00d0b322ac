// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.Color;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What is on a plot: found by reading the file, as a viewer does. */
class LinePlotTest {
  private static final Series FLAT = series("flat", Marker.CIRCLE, 100, 100);
  private static final Series FALLING = series("falling", Marker.TRIANGLE, 90, 20);

  private static Series series(String label, Marker marker, double few, double many) {
    return new Series(
        label,
        new Style(new Color(0x0072b2), marker, true, false),
        List.of(new Point(1, few, few - 5, few + 5), new Point(10_000, many, many - 5, many + 5)));
  }

  private static String plot(Scale scale, Series... series) {
    return new LinePlot(
            new Heading("Title", "How to read it", List.of("the machine", "the command")),
            List.of(new Panel("panel", "Services", "per second", scale, List.of(series))))
        .svg();
  }

  private static NodeList elements(String svg, String name) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    Document document =
        factory
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
    return document.getElementsByTagNameNS("http://www.w3.org/2000/svg", name);
  }

  private static List<String> texts(String svg) throws Exception {
    NodeList all = elements(svg, "text");
    return IntStream.range(0, all.getLength()).mapToObj(i -> all.item(i).getTextContent()).toList();
  }

  @Test
  void textIsText() throws Exception {
    assertThat(texts(plot(Scale.LINEAR, FLAT, FALLING)))
        .containsExactlyInAnyOrder(
            "Title",
            "How to read it",
            "the machine",
            "the command",
            "panel",
            "Services",
            "per second",
            "1",
            "10,000",
            "0",
            "20",
            "40",
            "60",
            "80",
            "100",
            "120",
            "flat",
            "falling");
  }

  @Test
  void aLogarithmicScaleHasTicksAtRoundFigures() throws Exception {
    assertThat(texts(plot(Scale.LOGARITHMIC, FALLING)))
        .contains("10", "20", "50", "100")
        .doesNotContain("0", "30");
  }

  @Test
  void theSameFiguresGiveTheSameFile() {
    assertThat(plot(Scale.LINEAR, FLAT)).isEqualTo(plot(Scale.LINEAR, FLAT));
  }

  @Test
  void aNameStandsWhereItsLineEnds() throws Exception {
    NodeList all = elements(plot(Scale.LINEAR, FLAT, FALLING), "text");
    assertThat(y(all, "flat")).isLessThan(y(all, "falling") - 100);
  }

  @Test
  void namesOfLinesThatEndTogetherDoNotCoverEachOther() throws Exception {
    Series same = series("same", Marker.SQUARE, 50, 100);
    NodeList all = elements(plot(Scale.LINEAR, FLAT, same), "text");
    assertThat(y(all, "same") - y(all, "flat")).isEqualTo(16);
  }

  private static double y(NodeList texts, String text) {
    return IntStream.range(0, texts.getLength())
        .mapToObj(i -> (Element) texts.item(i))
        .filter(one -> one.getTextContent().equals(text))
        .mapToDouble(one -> Double.parseDouble(one.getAttribute("y")))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void widthsAreThoseOfHelvetica() {
    assertThat(Text.SMALL.width("10,000")).isCloseTo(11 * (5 * 0.556 + 0.278), within(1e-9));
  }
}

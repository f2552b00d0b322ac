// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import dev.sluice.bench.datapath.Label;
import dev.sluice.bench.datapath.Report;
import dev.sluice.bench.datapath.Row;
import dev.sluice.bench.report.plot.DotPlot;
import dev.sluice.bench.report.plot.Heading;
import dev.sluice.bench.report.plot.Marker;
import dev.sluice.bench.report.plot.Point;
import dev.sluice.bench.report.plot.Series;
import dev.sluice.bench.report.plot.Style;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What a packet costs: a row for each kind of packet, a column for each family. */
final class DatapathPlot {
  /** From light to dark, also in grey: the more flows, the darker. */
  private static final List<Color> COLORS =
      List.of(new Color(0x8a8a8a), new Color(0x5ec962), new Color(0x21918c), new Color(0x440154));

  private static final List<Marker> MARKERS =
      List.of(Marker.CIRCLE, Marker.SQUARE, Marker.DIAMOND, Marker.TRIANGLE);

  private final Report report;
  private final List<String> kinds;
  private final List<Integer> flows;

  private DatapathPlot(Report report) {
    this.report = report;
    kinds = report.rows().stream().map(row -> kind(row.label())).distinct().toList();
    flows = report.rows().stream().map(row -> row.label().flows()).distinct().sorted().toList();
  }

  static String svg(Report report, String command) {
    return new DatapathPlot(report).svg(command);
  }

  private String svg(String command) {
    List<String> families =
        report.rows().stream().map(row -> row.label().family()).distinct().toList();
    return new DotPlot(
            new Heading(
                "What a packet costs in Sluice's programs",
                "Net nanoseconds. Dots are medians of the rounds; bars reach to the least. Less is"
                    + " better; the scale is logarithmic.",
                List.of(report.machine().toString(), command)),
            "ns per packet, or per connect()",
            kinds,
            families.stream().map(this::column).toList(),
            legend())
        .svg();
  }

  private DotPlot.Column column(String family) {
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < flows.size(); i++) {
      List<Row> rows = rows(family, flows.get(i));
      series.add(
          new Series(
              "target",
              style(i, true),
              points(
                  rows.stream().filter(row -> row.target().isPresent()).toList(),
                  row -> row.target().orElseThrow().nanos(),
                  row -> row.target().orElseThrow().nanos())));
      series.add(new Series("", style(i, false), points(rows, Row::median, Row::min)));
    }
    return new DotPlot.Column(
        family, series.stream().filter(one -> !one.points().isEmpty()).toList());
  }

  private List<Row> rows(String family, int count) {
    return report.rows().stream()
        .filter(row -> row.label().family().equals(family) && row.label().flows() == count)
        .toList();
  }

  private List<Point> points(
      List<Row> rows, Function<Row, Double> value, Function<Row, Double> least) {
    return rows.stream()
        .map(
            row ->
                new Point(
                    kinds.indexOf(kind(row.label())),
                    value.apply(row),
                    least.apply(row),
                    value.apply(row)))
        .toList();
  }

  private List<Series> legend() {
    List<Series> legend = new ArrayList<>();
    for (int i = 0; i < flows.size(); i++) {
      int count = flows.get(i);
      legend.add(
          new Series(
              count == 0
                  ? "no established flow"
                  : String.format(Locale.ROOT, "%,d flow%s", count, count == 1 ? "" : "s"),
              style(i, false),
              List.of()));
    }
    legend.add(
        new Series(
            "target, in the same colour",
            new Style(COLORS.getFirst(), Marker.BAR, true, false),
            List.of()));
    return legend;
  }

  private static Style style(int index, boolean target) {
    return new Style(
        COLORS.get(index % COLORS.size()),
        target ? Marker.BAR : MARKERS.get(index % MARKERS.size()),
        true,
        false);
  }

  private static String kind(Label label) {
    return label.hook() + ": " + label.packet();
  }
}

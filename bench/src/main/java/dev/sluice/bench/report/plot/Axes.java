// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report.plot;

import java.awt.BasicStroke;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;

/** Axes whose ticks follow from the figures alone. */
final class Axes {
  /** Room beyond the outermost figures of a logarithmic axis, as a factor. */
  private static final double ROOM = 1.5;

  /** So that a marker at the top is whole. */
  private static final double HEADROOM = 1.03;

  private static final int MOST_STEPS = 6;

  private Axes() {}

  /** A logarithmic axis with a tick at each value. */
  static ValueAxis at(String label, double... values) {
    double least = DoubleStream.of(values).min().orElse(1);
    double most = DoubleStream.of(values).max().orElse(1);
    ValueAxis axis = new TickedLogAxis(label, values);
    axis.setRange(least / ROOM, most * ROOM);
    return dressed(axis);
  }

  /** An axis for figures up to and including the greatest of these. */
  static ValueAxis of(String label, Scale scale, double least, double most) {
    return switch (scale) {
      case LINEAR -> linear(label, most);
      case LOGARITHMIC -> logarithmic(label, least, most);
    };
  }

  private static ValueAxis linear(String label, double most) {
    double step = step(most > 0 ? most : 1);
    NumberAxis axis = new NumberAxis(label);
    axis.setTickUnit(new NumberTickUnit(step, format(step)));
    axis.setRange(0, Math.max(1, Math.ceil(most * HEADROOM / step)) * step);
    return dressed(axis);
  }

  /** The least of 1, 2, 2.5 and 5 with any number of zeros that makes few enough steps. */
  private static double step(double most) {
    double power = Math.pow(10, Math.floor(Math.log10(most / MOST_STEPS)));
    return DoubleStream.of(1, 2, 2.5, 5, 10)
        .map(factor -> factor * power)
        .filter(step -> most / step <= MOST_STEPS)
        .findFirst()
        .orElse(10 * power);
  }

  private static ValueAxis logarithmic(String label, double least, double most) {
    double low = least / ROOM;
    double high = most * ROOM;
    double[] factors = high / low > 500 ? new double[] {1} : new double[] {1, 2, 5};
    List<Double> ticks = new ArrayList<>();
    for (int power = (int) Math.floor(Math.log10(low)); Math.pow(10, power) <= high; power++) {
      for (double factor : factors) {
        double tick = factor * Math.pow(10, power);
        if (tick >= low && tick <= high) {
          ticks.add(tick);
        }
      }
    }
    ValueAxis axis =
        new TickedLogAxis(label, ticks.stream().mapToDouble(Double::doubleValue).toArray());
    axis.setRange(low, high);
    return dressed(axis);
  }

  /** As many decimals as a step needs. */
  static NumberFormat format(double step) {
    int decimals = Math.max(0, (int) -Math.floor(Math.log10(step) + 1e-9));
    double scaled = step * Math.pow(10, decimals);
    boolean between = Math.abs(scaled - Math.rint(scaled)) > 1e-6;
    DecimalFormat format =
        new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT));
    format.setMinimumFractionDigits(between ? decimals + 1 : decimals);
    format.setMaximumFractionDigits(between ? decimals + 1 : decimals);
    return format;
  }

  static <A extends ValueAxis> A dressed(A axis) {
    axis.setLabelFont(Text.LABEL);
    axis.setLabelPaint(Text.INK);
    axis.setTickLabelFont(Text.SMALL);
    axis.setTickLabelPaint(Text.INK);
    axis.setAxisLinePaint(Text.FAINT);
    axis.setTickMarkPaint(Text.FAINT);
    axis.setTickMarkStroke(new BasicStroke(1));
    return axis;
  }
}

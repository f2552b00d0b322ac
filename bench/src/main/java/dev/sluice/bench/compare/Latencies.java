// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** How long each request of a round took. */
final class Latencies {
  private static final int DIGITS = 3;
  private static final double NANOS = 1e3;

  private final Histogram histogram = new Histogram(DIGITS);

  private Latencies() {}

  /** Reads what the load program has written: nanoseconds in the machine's byte order. */
  static Latencies read(Path file) {
    Latencies latencies = new Latencies();
    try {
      LongBuffer samples =
          ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder()).asLongBuffer();
      while (samples.hasRemaining()) {
        latencies.histogram.recordValue(samples.get());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the latencies in " + file, e);
    }
    return latencies;
  }

  /** By their names, in microseconds. */
  Map<String, Double> percentiles() {
    Map<String, Double> percentiles = new LinkedHashMap<>();
    percentiles.put("p50", micros(50));
    percentiles.put("p99", micros(99));
    percentiles.put("p99.9", micros(99.9));
    return percentiles;
  }

  private double micros(double percentile) {
    return histogram.getValueAtPercentile(percentile) / NANOS;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** {@code /metrics} in the text format of Prometheus, as kube-proxy answers it. */
public final class MetricsPage implements HttpAnswers {
  private final PrometheusRegistry registry;
  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.builder().build();

  public MetricsPage(PrometheusRegistry registry) {
    this.registry = registry;
  }

  @Override
  public HttpAnswer answer(HttpQuestion question) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      writer.write(text, registry.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HttpAnswer.of(200, writer.getContentType(), text.toString(StandardCharsets.UTF_8));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.model.IpFamily;
import dev.sluice.server.ProxyHealth.FamilyHealth;
import dev.sluice.server.ProxyHealth.Report;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntConsumer;

/** {@code /healthz} and {@code /livez} of the proxy itself, with kube-proxy's bodies. */
public final class HealthPages {
  /** What Go prints for a time that is not set. */
  private static final String NEVER = "0001-01-01T00:00:00Z";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final ProxyHealth health;
  private final IntConsumer healthzAnswered;
  private final IntConsumer livezAnswered;

  /**
   * @param healthzAnswered hears of each status
   * @param livezAnswered hears of each status
   */
  public HealthPages(ProxyHealth health, IntConsumer healthzAnswered, IntConsumer livezAnswered) {
    this.health = health;
    this.healthzAnswered = healthzAnswered;
    this.livezAnswered = livezAnswered;
  }

  public HttpAnswers answers() {
    return HttpAnswers.byPath(
        Map.of("/healthz", question -> healthz(), "/livez", question -> livez()));
  }

  /** For load balancers: 503, too, if the node is about to go. */
  private HttpAnswer healthz() {
    Report report = health.report();
    Map<String, Object> body = body(report);
    body.put("nodeEligible", report.nodeEligible());
    return answer(report.healthy() && report.nodeEligible(), body, healthzAnswered);
  }

  /** For liveness probes: a restart does not mend a node. */
  private HttpAnswer livez() {
    Report report = health.report();
    return answer(report.healthy(), body(report), livezAnswered);
  }

  private static HttpAnswer answer(boolean good, Map<String, Object> body, IntConsumer answered) {
    int status = good ? 200 : 503;
    answered.accept(status);
    try {
      return HttpAnswer.json(status, JSON.writeValueAsString(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e); // it is made of texts and truth values
    }
  }

  private static Map<String, Object> body(Report report) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("lastUpdated", text(report.lastUpdated()));
    body.put("currentTime", report.currentTime().toString());
    body.put("healthy", report.healthy());
    Map<String, Object> status = new LinkedHashMap<>();
    report.families().forEach((family, state) -> status.put(name(family), family(state)));
    body.put("status", status);
    return body;
  }

  private static Map<String, Object> family(FamilyHealth state) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("lastUpdated", text(state.lastUpdated()));
    body.put("healthy", state.healthy());
    return body;
  }

  private static String text(Optional<Instant> time) {
    return time.map(Instant::toString).orElse(NEVER);
  }

  /** As Kubernetes writes it. */
  static String name(IpFamily family) {
    return switch (family) {
      case IPV4 -> "IPv4";
      case IPV6 -> "IPv6";
    };
  }
}

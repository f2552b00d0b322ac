// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static dev.sluice.cli.RunOptionsTest.parse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceName;
import dev.sluice.plan.HealthCheck;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.server.Exposition;
import dev.sluice.source.ChangeTimes;
import dev.sluice.source.EventRecorder;
import dev.sluice.source.EventRecorder.Event;
import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceCounts;
import dev.sluice.source.SourceStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an agent answers by HTTP, over real sockets. */
class SurfacesTest {
  private static final String CONFIGURATION = "{\"kubeproxy.config.k8s.io\":{}}";

  private final List<Event> events = new ArrayList<>();

  /** Tells nothing. */
  private record Silent(EventRecorder events) implements ServiceSource {
    @Override
    public void start(Listener listener) {}

    @Override
    public SourceStatus status() {
      return new SourceStatus("nothing", "silent", Optional.empty());
    }

    @Override
    public SourceCounts counts() {
      return SourceCounts.ofChanges(0, 0);
    }

    @Override
    public void close() {}
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private Surfaces surfaces(int healthz, int metrics, String... more) {
    List<String> arguments = new ArrayList<>(List.of(more));
    arguments.add("--node-name=node-a");
    arguments.add("--healthz-bind-address=" + (healthz == 0 ? "" : "127.0.0.1:" + healthz));
    arguments.add("--metrics-bind-address=" + (metrics == 0 ? "" : "127.0.0.1:" + metrics));
    return new Surfaces(
        parse(arguments.toArray(String[]::new)), new Silent(events::add), CONFIGURATION);
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
              .timeout(Duration.ofSeconds(5))
              .build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  @ShowsRules(215)
  void theMetricsPortHasKubeProxysPages() throws Exception {
    int port = freePort();
    try (Surfaces _ = surfaces(0, port, "--proxy-mode=nftables")) {
      assertThat(get(port, "/healthz").body()).isEqualTo("ok");
      HttpResponse<String> mode = get(port, "/proxyMode");
      assertThat(mode.body()).isEqualTo("nftables");
      assertThat(mode.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
      HttpResponse<String> configuration = get(port, "/configz");
      assertThat(configuration.headers().firstValue("content-type")).contains("application/json");
      assertThat(configuration.body()).isEqualTo(CONFIGURATION);
      assertThat(get(port, "/livez").statusCode()).isEqualTo(404);
    }
  }

  @Test
  @ShowsRules({206, 218, 219, 220, 224})
  void whatIsInstalledShowsInHealthAndMetrics() throws Exception {
    int health = freePort();
    int port = freePort();
    try (Surfaces surfaces = surfaces(health, port)) {
      surfaces.queued(Set.of(IpFamily.IPV4));
      surfaces.finished(
          new SyncObserver.Round(
              Set.of(IpFamily.IPV4),
              Set.of(),
              false,
              Duration.ofMillis(2),
              new ChangeTimes(
                  List.of(System.nanoTime()),
                  Map.of(IpFamily.IPV4, List.of(Instant.now().minusSeconds(3))))));

      assertThat(get(health, "/healthz").statusCode()).isEqualTo(200);
      assertThat(get(health, "/livez").body()).contains("\"IPv4\"").doesNotContain("\"IPv6\"");
      HttpResponse<String> page = get(port, "/metrics");
      assertThat(page.headers().firstValue("content-type").orElse(""))
          .startsWith("text/plain; version=0.0.4; charset=utf-8");
      Exposition scrape = Exposition.parse(page.body());
      String family = "ip_family=IPv4";
      assertThat(scrape.value("kubeproxy_proxy_healthz_total", "code=200")).isEqualTo(1);
      assertThat(scrape.value("kubeproxy_proxy_livez_total", "code=200")).isEqualTo(1);
      assertThat(scrape.value("kubeproxy_network_programming_duration_seconds_sum", family))
          .isBetween(3.0, 30.0);
      assertThat(scrape.value("kubeproxy_sync_proxy_rules_last_timestamp_seconds", family))
          .isGreaterThanOrEqualTo(
              scrape.value("kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds", family));
      assertThat(scrape.value("kubeproxy_sync_partial_proxy_rules_duration_seconds_count", family))
          .isEqualTo(1);
      assertThat(scrape.value("sluice_event_to_kernel_duration_seconds_count")).isEqualTo(1);
    }
  }

  @Test
  @ShowsRules({120, 212})
  void aNodeThatIsAboutToGoStillAnswersForItsServices() throws Exception {
    int health = freePort();
    int servicePort = freePort();
    try (Surfaces surfaces = surfaces(health, 0)) {
      surfaces.planning(
          new Planner(
              NodeFacts.of("node-a", Set.of(), List.of(), List.of(), Map.of()),
              ProxyConfig.defaults()));
      surfaces.installed(
          new ServicePlan(
              new ServiceName("shop", "web"),
              List.of(),
              List.of(),
              Optional.of(new HealthCheck(servicePort, 1)),
              List.of()),
          Duration.ZERO);
      surfaces.nodeChanged(RegisteredNode.UNKNOWN);

      assertThat(get(health, "/healthz").statusCode()).isEqualTo(503);
      assertThat(get(servicePort, "/").statusCode()).isEqualTo(200);
    }
  }

  @Test
  @ShowsRules(216)
  void aPortThatIsTakenIsAnEventOfTheNode() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Surfaces _ = surfaces(taken.getLocalPort(), taken.getLocalPort())) {
      assertThat(events)
          .extracting(Event::reason)
          .containsExactly(
              "FailedToStartProxierHealthcheck", "FailedToStartMetricServer", "Starting");
      assertThat(events).extracting(Event::kind, Event::name).containsOnly(tuple("Node", "node-a"));
    }
  }

  @Test
  @ShowsRules(216)
  void withHardFailAPortThatIsTakenIsTheEnd() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> surfaces(taken.getLocalPort(), 0, "--bind-address-hard-fail"))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
      assertThat(events)
          .extracting(Event::reason)
          .containsExactly("FailedToStartProxierHealthcheck");
    }
  }
}

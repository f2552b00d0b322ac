// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.dataplane.CollectionResult;
import dev.sluice.dataplane.TableFill;
import dev.sluice.model.IpFamily;
import dev.sluice.server.Exposition;
import dev.sluice.server.Exposition.Family;
import dev.sluice.server.HttpQuestion;
import dev.sluice.server.InstallationMetrics;
import dev.sluice.server.MetricsPage;
import dev.sluice.server.ProcessMetrics;
import dev.sluice.server.ProxyMetrics;
import dev.sluice.server.ServiceCensus;
import dev.sluice.source.SourceCounts;
import dev.sluice.source.SourceCounts.Request;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A scrape of all that an agent registers, with numbers that are made up. */
class MetricsTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
  private static final SourceCounts SOURCE =
      new SourceCounts(
          5,
          7,
          1,
          2,
          Map.of("services", 1L),
          Optional.of(NOW),
          Map.of(new Request("200", "GET", "10.0.0.1:6443"), 9L));

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ServiceCensus census = new ServiceCensus();
  private final ProxyMetrics proxy = new ProxyMetrics(registry, census, () -> SOURCE);
  private final InstallationMetrics installation =
      new InstallationMetrics(registry, census, "1", () -> 4);

  private record Fixed() implements Readings {
    @Override
    public Map<Hook, Map<Reason, Long>> verdicts() {
      return Map.of(Hook.TC_INGRESS, Map.of(Reason.REJECT_NO_PORT, 11L));
    }

    @Override
    public Map<Pressure, Long> pressure() {
      return Map.of(Pressure.FLOW_FULL, 3L);
    }

    @Override
    public List<TableFill> tables() {
      return List.of(new TableFill("flow", 10, 100));
    }

    @Override
    public CollectionResult flows() {
      return new CollectionResult(5, 2, 1, 0);
    }

    @Override
    public long deletedFlowEntries() {
      return 12;
    }

    @Override
    public AgentStatus.StaleSocketStatus staleSockets() {
      return new AgentStatus.StaleSocketStatus(1, 2, 3, "");
    }

    @Override
    public Map<String, Integer> devices() {
      return Map.of("tcx", 6, "xdp", 1);
    }

    @Override
    public boolean synced() {
      return true;
    }

    @Override
    public int problems() {
      return 8;
    }
  }

  @BeforeEach
  void register() {
    AgentMetrics.register(registry, new Fixed(), () -> SOURCE);
    ProcessMetrics.register(registry);
    proxy.queued(IpFamily.IPV4, NOW);
    proxy.synced(IpFamily.IPV4, true, Duration.ofMillis(3), true, NOW);
    proxy.synced(IpFamily.IPV4, false, Duration.ofMillis(1), true, NOW);
    proxy.programmed(IpFamily.IPV4, Duration.ofMillis(700));
    proxy.healthzAnswered(200);
    proxy.livezAnswered(503);
    installation.committed(Duration.ofNanos(70_000));
    installation.installed(2_000_000);
  }

  private Exposition scrape() {
    return Exposition.parse(
        new MetricsPage(registry).answer(new HttpQuestion("GET", "/metrics", "")).body());
  }

  /** Name, type, labels and help of each metric are in the manual, and no others are. */
  @Test
  @ShowsRules({218, 219, 220, 221, 222, 224})
  void theManualsTableIsWhatAScrapeShows() throws IOException {
    List<String> table =
        Files.readAllLines(Path.of("../docs/operations.md")).stream()
            .filter(line -> line.matches("\\| `(kubeproxy|sluice|rest|process|jvm)_.*"))
            .toList();

    assertThat(table)
        .containsExactlyElementsOf(
            scrape().families().values().stream().map(MetricsTest::row).sorted().toList());
  }

  private static String row(Family family) {
    String labels =
        family.samples().stream()
            .flatMap(sample -> sample.labels().keySet().stream())
            .filter(label -> !label.equals("le"))
            .collect(Collectors.toCollection(TreeSet::new))
            .stream()
            .map(label -> "`" + label + "`")
            .collect(Collectors.joining(", "));
    return "| `%s` | %s | %s | %s |".formatted(family.name(), family.type(), labels, family.help());
  }

  private List<Double> bounds(String histogram) {
    return scrape().families().get(histogram).samples().stream()
        .filter(sample -> sample.labels().containsKey("le"))
        .map(sample -> sample.labels().get("le"))
        .filter(le -> !le.equals("+Inf"))
        .map(Double::valueOf)
        .toList();
  }

  @Test
  @ShowsRules(218)
  void roundsAreSortedIntoBucketsFromAMillisecondOn() {
    for (String kind : List.of("sync", "sync_full", "sync_partial")) {
      assertThat(bounds("kubeproxy_" + kind + "_proxy_rules_duration_seconds"))
          .isEqualTo(IntStream.range(0, 15).mapToObj(power -> 0.001 * Math.pow(2, power)).toList());
    }
    assertThat(
            scrape().value("kubeproxy_sync_proxy_rules_duration_seconds_count", "ip_family=IPv4"))
        .isEqualTo(2);
    assertThat(
            scrape()
                .value("kubeproxy_sync_full_proxy_rules_duration_seconds_count", "ip_family=IPv4"))
        .isEqualTo(1);
  }

  @Test
  @ShowsRules(219)
  void programmingIsSortedIntoBucketsUpToFiveMinutes() {
    List<Double> bounds =
        Stream.of(
                DoubleStream.of(0, 0.25, 0.5),
                IntStream.rangeClosed(1, 59).asDoubleStream(),
                IntStream.iterate(60, at -> at <= 115, at -> at + 5).asDoubleStream(),
                IntStream.iterate(120, at -> at <= 300, at -> at + 30).asDoubleStream())
            .flatMap(DoubleStream::boxed)
            .toList();
    assertThat(bounds("kubeproxy_network_programming_duration_seconds")).isEqualTo(bounds);
  }

  @Test
  @ShowsRules({220, 221, 224})
  void numbersComeFromWhereTheyAreCounted() {
    Exposition scrape = scrape();
    String sync = "kubeproxy_sync_proxy_rules_";
    assertThat(scrape.value(sync + "last_timestamp_seconds", "ip_family=IPv4")).isEqualTo(1.8e9);
    assertThat(scrape.value(sync + "last_queued_timestamp_seconds", "ip_family=IPv4"))
        .isEqualTo(1.8e9);
    assertThat(scrape.value(sync + "service_changes_total")).isEqualTo(5);
    assertThat(scrape.value(sync + "endpoint_changes_total")).isEqualTo(7);
    assertThat(scrape.value(sync + "service_changes_pending")).isEqualTo(1);
    assertThat(scrape.value(sync + "endpoint_changes_pending")).isEqualTo(2);
    assertThat(scrape.value("kubeproxy_proxy_healthz_total", "code=200")).isEqualTo(1);
    assertThat(scrape.value("kubeproxy_proxy_livez_total", "code=503")).isEqualTo(1);
    assertThat(scrape.value("sluice_verdicts_total", "hook=tc_ingress", "reason=reject_no_port"))
        .isEqualTo(11);
    assertThat(scrape.value("sluice_map_capacity", "map=flow")).isEqualTo(100);
    assertThat(scrape.value("process_resident_memory_bytes")).isGreaterThan(1e6);
  }
}

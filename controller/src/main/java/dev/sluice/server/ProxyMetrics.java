// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import dev.sluice.model.IpFamily;
import dev.sluice.server.ServiceCensus.What;
import dev.sluice.source.SourceCounts;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** kube-proxy's metrics, by its names, as far as they mean anything here (rules 218 to 224). */
public final class ProxyMetrics {
  private static final String FAMILY = "ip_family";
  private static final String CODE = "code";
  private static final double[] SYNC_BUCKETS =
      IntStream.range(0, 15).mapToDouble(power -> 0.001 * (1 << power)).toArray();

  private final Histogram sync;
  private final Histogram fullSync;
  private final Histogram partialSync;
  private final Histogram programming;
  private final Gauge lastSync;
  private final Gauge lastQueued;
  private final Counter healthz;
  private final Counter livez;

  /**
   * Registers them.
   *
   * @param source tells the numbers of changes
   */
  public ProxyMetrics(
      PrometheusRegistry registry, ServiceCensus census, Supplier<SourceCounts> source) {
    sync = syncs("sync_proxy_rules", "Time that a round of changes took to be installed", registry);
    fullSync =
        syncs("sync_full_proxy_rules", "The same of rounds in which all Services were", registry);
    partialSync =
        syncs("sync_partial_proxy_rules", "The same of rounds with some of the Services", registry);
    programming =
        Histogram.builder()
            .name("kubeproxy_network_programming_duration_seconds")
            .help(
                "Time from what led to a change of endpoints, as the EndpointSlice says, until the"
                    + " change is in the kernel")
            .labelNames(FAMILY)
            .classicOnly()
            .classicUpperBounds(programmingBuckets())
            .register(registry);
    lastSync =
        gauge(
            "kubeproxy_sync_proxy_rules_last_timestamp_seconds",
            "When all that was queued was last installed",
            registry);
    lastQueued =
        gauge(
            "kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds",
            "When a change was last queued",
            registry);
    healthz = answers("kubeproxy_proxy_healthz_total", "Answers of /healthz", registry);
    livez = answers("kubeproxy_proxy_livez_total", "Answers of /livez", registry);
    changes(registry, source);
    withoutLocalEndpoints(registry, census);
  }

  private static double[] programmingBuckets() {
    return DoubleStream.concat(
            DoubleStream.of(0, 0.25, 0.5),
            IntStream.concat(
                    IntStream.concat(
                        IntStream.rangeClosed(1, 59),
                        IntStream.rangeClosed(12, 23).map(step -> step * 5)),
                    IntStream.rangeClosed(4, 10).map(step -> step * 30))
                .asDoubleStream())
        .toArray();
  }

  private static Histogram syncs(String name, String help, PrometheusRegistry registry) {
    return Histogram.builder()
        .name("kubeproxy_" + name + "_duration_seconds")
        .help(help)
        .labelNames(FAMILY)
        .classicOnly()
        .classicUpperBounds(SYNC_BUCKETS)
        .register(registry);
  }

  private static Gauge gauge(String name, String help, PrometheusRegistry registry) {
    return Gauge.builder().name(name).help(help).labelNames(FAMILY).register(registry);
  }

  private static Counter answers(String name, String help, PrometheusRegistry registry) {
    return Counter.builder().name(name).help(help).labelNames(CODE).register(registry);
  }

  private static void changes(PrometheusRegistry registry, Supplier<SourceCounts> source) {
    String prefix = "kubeproxy_sync_proxy_rules_";
    total(
        prefix + "endpoint_changes_total",
        "Changes of EndpointSlices",
        registry,
        () -> source.get().endpointChanges());
    pending(
        prefix + "endpoint_changes_pending",
        "Services whose endpoints have changed and are not installed yet",
        registry,
        () -> source.get().endpointsPending());
    total(
        prefix + "service_changes_total",
        "Changes of Services",
        registry,
        () -> source.get().serviceChanges());
    pending(
        prefix + "service_changes_pending",
        "Services that have changed and are not installed yet",
        registry,
        () -> source.get().servicesPending());
  }

  private static void total(
      String name, String help, PrometheusRegistry registry, Supplier<? extends Number> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.get().doubleValue()))
        .register(registry);
  }

  private static void pending(
      String name, String help, PrometheusRegistry registry, Supplier<? extends Number> value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.get().doubleValue()))
        .register(registry);
  }

  private static void withoutLocalEndpoints(PrometheusRegistry registry, ServiceCensus census) {
    GaugeWithCallback.builder()
        .name("kubeproxy_sync_proxy_rules_no_local_endpoints_total")
        .help("Services with a Local traffic policy that have endpoints, but none on this node")
        .labelNames(FAMILY, "traffic_policy")
        .callback(
            callback -> {
              for (IpFamily family : IpFamily.values()) {
                ToDoubleFunction<What> sum = what -> census.sum(family, what);
                String name = HealthPages.name(family);
                callback.call(sum.applyAsDouble(What.WITHOUT_LOCAL_INTERNALLY), name, "internal");
                callback.call(sum.applyAsDouble(What.WITHOUT_LOCAL_EXTERNALLY), name, "external");
              }
            })
        .register(registry);
  }

  /** A change was queued. */
  public void queued(IpFamily family, Instant when) {
    lastQueued.labelValues(HealthPages.name(family)).set(seconds(when));
  }

  /**
   * A round is over.
   *
   * @param full whether it was about all Services
   * @param done whether all of it could be installed
   */
  public void synced(IpFamily family, boolean full, Duration took, boolean done, Instant when) {
    String name = HealthPages.name(family);
    double seconds = took.toNanos() / 1e9;
    sync.labelValues(name).observe(seconds);
    (full ? fullSync : partialSync).labelValues(name).observe(seconds);
    if (done) {
      lastSync.labelValues(name).set(seconds(when));
    }
  }

  /** A change of endpoints is installed. */
  public void programmed(IpFamily family, Duration since) {
    programming.labelValues(HealthPages.name(family)).observe(since.toNanos() / 1e9);
  }

  private static double seconds(Instant when) {
    return when.getEpochSecond() + when.getNano() / 1e9;
  }

  /** {@code /healthz} was answered with this status. */
  public void healthzAnswered(int status) {
    healthz.labelValues(Integer.toString(status)).inc();
  }

  /** {@code /livez} was answered with this status. */
  public void livezAnswered(int status) {
    livez.labelValues(Integer.toString(status)).inc();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import dev.sluice.model.IpFamily;
import dev.sluice.server.ServiceCensus.What;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.util.function.IntSupplier;

/** How Services come into the kernel, and how many are there. */
public final class InstallationMetrics {
  /** From 50 microseconds to 28 minutes, by factors of 2. */
  private static final int STEPS = 26;

  private final Histogram commits;
  private final Histogram latency;

  /**
   * Registers them.
   *
   * @param version this build's
   * @param healthChecks Services with a health check node port
   */
  public InstallationMetrics(
      PrometheusRegistry registry, ServiceCensus census, String version, IntSupplier healthChecks) {
    Info.builder()
        .name("sluice_build_info")
        .help("This build")
        .labelNames("version", "java_version")
        .register(registry)
        .addLabelValues(version, Runtime.version().toString());
    commits =
        durations("sluice_commit_duration_seconds", "Time to write one changed Service", registry);
    latency =
        durations(
            "sluice_event_to_kernel_duration_seconds",
            "Time from a Service's first change that was not installed yet until it is",
            registry);
    GaugeWithCallback.builder()
        .name("sluice_services")
        .help("Services that are installed; a dual-stack one counts in both families")
        .labelNames("ip_family")
        .callback(
            callback -> {
              for (IpFamily family : IpFamily.values()) {
                callback.call(census.sum(family, What.SERVICES), HealthPages.name(family));
              }
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("sluice_service_ports")
        .help("Ports of Services that are installed")
        .labelNames("ip_family")
        .callback(
            callback -> {
              for (IpFamily family : IpFamily.values()) {
                callback.call(census.sum(family, What.PORTS), HealthPages.name(family));
              }
            })
        .register(registry);
    endpoints(registry, census);
    GaugeWithCallback.builder()
        .name("sluice_health_check_node_ports")
        .help("Services with a health check node port")
        .callback(callback -> callback.call(healthChecks.getAsInt()))
        .register(registry);
  }

  private static Histogram durations(String name, String help, PrometheusRegistry registry) {
    return Histogram.builder()
        .name(name)
        .help(help)
        .classicOnly()
        .classicExponentialUpperBounds(50e-6, 2, STEPS)
        .register(registry);
  }

  private static void endpoints(PrometheusRegistry registry, ServiceCensus census) {
    GaugeWithCallback.builder()
        .name("sluice_endpoints")
        .help("Serving endpoints of installed Service ports, by where they are")
        .labelNames("ip_family", "place")
        .callback(
            callback -> {
              for (IpFamily family : IpFamily.values()) {
                String name = HealthPages.name(family);
                callback.call(census.sum(family, What.LOCAL_ENDPOINTS), name, "local");
                callback.call(census.sum(family, What.REMOTE_ENDPOINTS), name, "remote");
              }
            })
        .register(registry);
  }

  /** A Service was written. */
  public void committed(Duration took) {
    commits.observe(took.toNanos() / 1e9);
  }

  /**
   * A Service's change is installed.
   *
   * @param nanos since it was first seen
   */
  public void installed(long nanos) {
    latency.observe(nanos / 1e9);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.TableFill;
import dev.sluice.source.SourceCounts;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;

/** What only a started agent can be asked: its maps, counters, devices and source. */
final class AgentMetrics {
  private final PrometheusRegistry registry;
  private final Readings readings;

  private AgentMetrics(PrometheusRegistry registry, Readings readings) {
    this.registry = registry;
    this.readings = readings;
  }

  /** Registers them. */
  static void register(
      PrometheusRegistry registry, Readings readings, Supplier<SourceCounts> source) {
    AgentMetrics metrics = new AgentMetrics(registry, readings);
    metrics.tables();
    metrics.verdicts();
    metrics.flows();
    metrics.staleSockets();
    metrics.devices();
    metrics.source(source);
    metrics.gauge(
        "sluice_problems",
        "What is wrong and is somebody's to mend; 'sluice status' says what",
        readings::problems);
  }

  private void tables() {
    GaugeWithCallback.builder()
        .name("sluice_map_entries")
        .help(
            "Entries of a map; of flow and embryo, both families together, after the last round of collection")
        .labelNames("map")
        .callback(
            callback -> {
              for (TableFill table : readings.tables()) {
                callback.call((double) table.entries(), table.map());
              }
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("sluice_map_capacity")
        .help("Entries that a map can have")
        .labelNames("map")
        .callback(
            callback -> {
              for (TableFill table : readings.tables()) {
                callback.call((double) table.capacity(), table.map());
              }
            })
        .register(registry);
  }

  private void verdicts() {
    CounterWithCallback.builder()
        .name("sluice_verdicts_total")
        .help("Packets and socket calls, by the hook that met them and what came of it")
        .labelNames("hook", "reason")
        .callback(
            callback -> {
              for (Map.Entry<Hook, Map<Reason, Long>> hook : readings.verdicts().entrySet()) {
                hook.getValue()
                    .forEach(
                        (reason, count) ->
                            callback.call((double) count, name(hook.getKey()), name(reason)));
              }
            })
        .register(registry);
    CounterWithCallback.builder()
        .name("sluice_pressure_total")
        .help("Signals that tables are too small")
        .labelNames("signal")
        .callback(
            callback -> {
              Map<Pressure, Long> signals = readings.pressure();
              for (Pressure signal : Pressure.values()) {
                if (signal != Pressure.COUNT) {
                  callback.call((double) signals.getOrDefault(signal, 0L), name(signal));
                }
              }
            })
        .register(registry);
  }

  private void flows() {
    GaugeWithCallback.builder()
        .name("sluice_flows")
        .help("Connections that the last round of collection found, by state")
        .labelNames("state")
        .callback(
            callback -> {
              callback.call(readings.flows().live(), "established");
              callback.call(readings.flows().embryos(), "half_open");
            })
        .register(registry);
    counter(
        "sluice_flow_entries_deleted_total",
        "Entries of dead flows that were deleted, two for each connection",
        readings::deletedFlowEntries);
  }

  private void staleSockets() {
    counter(
        "sluice_stale_socket_searches_total",
        "Searches for connected UDP sockets whose backend is gone",
        () -> readings.staleSockets().searches());
    counter(
        "sluice_stale_sockets_destroyed_total",
        "Connected UDP sockets that were destroyed as their backend is gone",
        () -> readings.staleSockets().destroyed());
    counter(
        "sluice_stale_sockets_undestroyed_total",
        "Those that could not be, counted anew in each search",
        () -> readings.staleSockets().undestroyed());
  }

  private void devices() {
    GaugeWithCallback.builder()
        .name("sluice_devices")
        .help("Devices with programs, by how they are attached")
        .labelNames("mode")
        .callback(
            callback -> readings.devices().forEach((mode, count) -> callback.call(count, mode)))
        .register(registry);
  }

  private void source(Supplier<SourceCounts> source) {
    gauge(
        "sluice_source_synced",
        "1 once the source's first full list is installed",
        () -> readings.synced() ? 1 : 0);
    GaugeWithCallback.builder()
        .name("sluice_source_last_contact_timestamp_seconds")
        .help("When an API server last answered or told something, in Unix time")
        .callback(
            callback ->
                source
                    .get()
                    .lastContact()
                    .map(Instant::toEpochMilli)
                    .ifPresent(millis -> callback.call(millis / 1e3)))
        .register(registry);
    CounterWithCallback.builder()
        .name("sluice_source_lists_total")
        .help("Full lists of a resource: one at the start, more after a watch that was too old")
        .labelNames("resource")
        .callback(
            callback ->
                source
                    .get()
                    .lists()
                    .forEach((resource, count) -> callback.call((double) count, resource)))
        .register(registry);
    CounterWithCallback.builder()
        .name("rest_client_requests_total")
        .help("Requests to API servers, by what came of them")
        .labelNames("code", "method", "host")
        .callback(
            callback ->
                source
                    .get()
                    .requests()
                    .forEach(
                        (request, count) ->
                            callback.call(
                                (double) count, request.code(), request.method(), request.host())))
        .register(registry);
  }

  private void gauge(String name, String help, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }

  private void counter(String name, String help, Supplier<Long> value) {
    CounterWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.get().doubleValue()))
        .register(registry);
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}

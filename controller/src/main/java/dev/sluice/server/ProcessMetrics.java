// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import com.sun.management.UnixOperatingSystemMXBean;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;

/**
 * The process and its JVM, by the names that Prometheus clients of all languages have agreed on.
 */
public final class ProcessMetrics {
  private static final double MILLIS = 1e3;
  private static final double NANOS = 1e9;

  /** A page of memory, in bytes, on the machines Sluice runs on. */
  private static final long PAGE = 4096;

  private ProcessMetrics() {}

  /** Registers them. */
  public static void register(PrometheusRegistry registry) {
    process(registry);
    memory(registry);
    collections(registry);
    gauge(
        "jvm_threads_current",
        "Threads of the JVM",
        registry,
        () -> ManagementFactory.getThreadMXBean().getThreadCount());
  }

  private static void process(PrometheusRegistry registry) {
    gauge(
        "process_start_time_seconds",
        "When the process began, in Unix time",
        registry,
        () -> ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS);
    gauge(
        "process_resident_memory_bytes",
        "Memory of the process that is in RAM",
        registry,
        () -> memoryPages(1) * PAGE);
    gauge(
        "process_virtual_memory_bytes",
        "Address space of the process",
        registry,
        () -> memoryPages(0) * PAGE);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
      CounterWithCallback.builder()
          .name("process_cpu_seconds_total")
          .help("Processor time that the process has used")
          .callback(callback -> callback.call(system.getProcessCpuTime() / NANOS))
          .register(registry);
      gauge(
          "process_open_fds",
          "Open file descriptors",
          registry,
          system::getOpenFileDescriptorCount);
      gauge(
          "process_max_fds",
          "File descriptors that may be open",
          registry,
          system::getMaxFileDescriptorCount);
    }
  }

  /** A field of /proc/self/statm; 0 if it cannot be read. */
  private static long memoryPages(int field) {
    try {
      return Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[field]);
    } catch (IOException e) {
      return 0;
    }
  }

  private static void memory(PrometheusRegistry registry) {
    memory("jvm_memory_used_bytes", "Memory in use, by area", registry, MemoryUsage::getUsed);
    memory(
        "jvm_memory_committed_bytes",
        "Memory taken from the system, by area",
        registry,
        MemoryUsage::getCommitted);
    memory(
        "jvm_memory_max_bytes",
        "Memory that may be taken, by area; -1 without a limit",
        registry,
        MemoryUsage::getMax);
  }

  private static void memory(
      String name, String help, PrometheusRegistry registry, ToDoubleFunction<MemoryUsage> value) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .labelNames("area")
        .callback(
            callback -> {
              callback.call(value.applyAsDouble(memory.getHeapMemoryUsage()), "heap");
              callback.call(value.applyAsDouble(memory.getNonHeapMemoryUsage()), "nonheap");
            })
        .register(registry);
  }

  private static void collections(PrometheusRegistry registry) {
    CounterWithCallback.builder()
        .name("jvm_gc_collections_total")
        .help("Garbage collections, by collector")
        .labelNames("gc")
        .callback(
            callback ->
                ManagementFactory.getGarbageCollectorMXBeans()
                    .forEach(
                        collector ->
                            callback.call(
                                (double) collector.getCollectionCount(), collector.getName())))
        .register(registry);
    CounterWithCallback.builder()
        .name("jvm_gc_collection_seconds_total")
        .help("Time spent in garbage collections, by collector")
        .labelNames("gc")
        .callback(
            callback -> {
              for (GarbageCollectorMXBean collector :
                  ManagementFactory.getGarbageCollectorMXBeans()) {
                callback.call(collector.getCollectionTime() / MILLIS, collector.getName());
              }
            })
        .register(registry);
  }

  private static void gauge(
      String name, String help, PrometheusRegistry registry, DoubleSupplier value) {
    GaugeWithCallback.builder()
        .name(name)
        .help(help)
        .callback(callback -> callback.call(value.getAsDouble()))
        .register(registry);
  }
}

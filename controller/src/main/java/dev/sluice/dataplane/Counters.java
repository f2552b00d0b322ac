// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Limits;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.bpf.ServiceCounters;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.Libbpf;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.EnumMap;
import java.util.Map;

/** Reads the counters, summed over CPUs. Works on the pinned maps of an instance, agent or not. */
public final class Counters implements AutoCloseable {
  private final BpfMap stats;
  private final BpfMap pressure;
  private final BpfMap services;

  private Counters(BpfMap stats, BpfMap pressure, BpfMap services) {
    this.stats = stats;
    this.pressure = pressure;
    this.services = services;
  }

  public static Counters open(PinDirectory pins) {
    return new Counters(
        BpfMap.openPinned(pins.map(MapNames.STATS)),
        BpfMap.openPinned(pins.map(MapNames.PRESSURE)),
        BpfMap.openPinned(pins.map(MapNames.SERVICE_STATS)));
  }

  /** Verdicts of programs that are loaded, pinned or not, as {@link #verdicts()} tells them. */
  public static Map<Hook, Map<Reason, Long>> verdicts(LoadedObjects objects) {
    return verdicts(objects.map(MapNames.STATS));
  }

  static int possibleCpus() {
    return Libbpf.possibleCpus();
  }

  /** Verdicts by hook and reason; those that never occurred are left out. */
  public Map<Hook, Map<Reason, Long>> verdicts() {
    return verdicts(stats);
  }

  private static Map<Hook, Map<Reason, Long>> verdicts(BpfMap stats) {
    Map<Hook, Map<Reason, Long>> verdicts = new EnumMap<>(Hook.class);
    for (Hook hook : Hook.values()) {
      if (hook == Hook.COUNT) {
        continue;
      }
      Map<Reason, Long> reasons = new EnumMap<>(Reason.class);
      for (Reason reason : Reason.values()) {
        long count =
            reason == Reason.COUNT
                ? 0
                : sum(stats, hook.value() * Limits.STATS_ROW + reason.value());
        if (count > 0) {
          reasons.put(reason, count);
        }
      }
      verdicts.put(hook, reasons);
    }
    return verdicts;
  }

  /** Signals; those that never occurred are left out. */
  public Map<Pressure, Long> pressure() {
    Map<Pressure, Long> signals = new EnumMap<>(Pressure.class);
    for (Pressure signal : Pressure.values()) {
      long count = signal == Pressure.COUNT ? 0 : sum(pressure, signal.value());
      if (count > 0) {
        signals.put(signal, count);
      }
    }
    return signals;
  }

  /**
   * Traffic of one Service port.
   *
   * @param connections flows opened and sockets connected
   * @param packets translated, both directions; sockets' packets are not seen
   * @param bytes of those packets
   */
  public record Traffic(long connections, long packets, long bytes) {}

  /** Traffic of the Service port with this id. */
  public Traffic traffic(int portId) {
    long[] sums = new long[3];
    try (Arena arena = Arena.ofConfined()) {
      services.lookupPerCpu(
          arena.allocateFrom(ValueLayout.JAVA_INT, portId),
          (cpu, value) -> {
            ServiceCounters counters = new ServiceCounters().wrap(value);
            sums[0] += counters.connections();
            sums[1] += counters.packets();
            sums[2] += counters.bytes();
          });
    }
    return new Traffic(sums[0], sums[1], sums[2]);
  }

  private static long sum(BpfMap map, int index) {
    long[] sum = new long[1];
    try (Arena arena = Arena.ofConfined()) {
      map.lookupPerCpu(
          arena.allocateFrom(ValueLayout.JAVA_INT, index),
          (cpu, value) -> sum[0] += value.get(ValueLayout.JAVA_LONG_UNALIGNED, 0));
    }
    return sum[0];
  }

  @Override
  public void close() {
    stats.close();
    pressure.close();
    services.close();
  }
}

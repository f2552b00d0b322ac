// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.attach.DeviceAttachments;
import dev.sluice.attach.XdpStatus;
import dev.sluice.cli.AgentStatus.DeviceStatus;
import dev.sluice.cli.AgentStatus.PortStatus;
import dev.sluice.cli.AgentStatus.SourceInfo;
import dev.sluice.cli.AgentStatus.StaleSocketStatus;
import dev.sluice.dataplane.CollectionResult;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.ServicePlan;
import dev.sluice.source.SourceStatus;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/** Gathers what an agent knows into the documents that its admin socket gives out. */
final class StatusReport {
  private StatusReport() {}

  static AgentStatus status(
      InstanceOptions instance,
      RunOptions options,
      KernelFeatures features,
      DeviceAttachments devices,
      Dataplane dataplane,
      Services services,
      SourceStatus source,
      Path cgroup,
      CollectionResult flows,
      StaleSocketStatus staleSockets) {
    List<String> problems = new ArrayList<>(services.problems());
    devices.failures().forEach(failure -> problems.add("device " + failure));
    try (Counters counters = Counters.open(instance.pins())) {
      return new AgentStatus(
          Version.text(),
          instance.instance(),
          options.node().name(),
          ProcessHandle.current().pid(),
          Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime()).toSeconds(),
          devices.mode().name().toLowerCase(Locale.ROOT),
          options.socketHooks().name().toLowerCase(Locale.ROOT),
          cgroup.toString(),
          options.proxy().describeDetector(services.node()),
          new SourceInfo(
              source.description(),
              source.state(),
              source.lastEvent().map(Instant::toString).orElse(""),
              services.installed()),
          features.release().toString(),
          Arrays.stream(KernelFeature.values())
              .filter(feature -> !features.has(feature))
              .map(feature -> "no " + feature.label() + ": " + feature.fallback())
              .toList(),
          devices.attached().stream()
              .map(device -> device(device, devices.xdp(device.interfaceIndex())))
              .toList(),
          services.plans().size(),
          dataplane.occupancy(),
          flows,
          staleSockets,
          problems,
          verdicts(counters),
          names(counters.pressure()));
    }
  }

  private static DeviceStatus device(AttachedDevice device, XdpStatus xdp) {
    return new DeviceStatus(
        device.name(),
        name(device.role()),
        device.linkHeaderLength(),
        device.detected(),
        xdp.attached() ? "native" : "off",
        xdp.reason());
  }

  private static Map<String, Map<String, Long>> verdicts(Counters counters) {
    Map<String, Map<String, Long>> verdicts = new LinkedHashMap<>();
    counters.verdicts().forEach((hook, reasons) -> verdicts.put(name(hook), names(reasons)));
    return verdicts;
  }

  private static <E extends Enum<E>> Map<String, Long> names(Map<E, Long> counts) {
    Map<String, Long> names = new LinkedHashMap<>();
    counts.forEach((key, count) -> names.put(name(key), count));
    return names;
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  static List<PortStatus> ports(InstanceOptions instance, Dataplane dataplane, Services services) {
    Map<PortKey, Integer> ids = dataplane.portIds();
    List<PortStatus> ports = new ArrayList<>();
    try (Counters counters = Counters.open(instance.pins())) {
      for (ServicePlan plan : services.plans()) {
        for (PortPlan port : plan.ports()) {
          Integer id = ids.get(port.key());
          if (id != null) {
            ports.add(port(port, counters.traffic(id)));
          }
        }
      }
    }
    return ports;
  }

  private static PortStatus port(PortPlan port, Counters.Traffic traffic) {
    TreeSet<Backend> backends = new TreeSet<>();
    for (Frontend frontend : port.frontends()) {
      backends.addAll(frontend.outside().backends());
      backends.addAll(frontend.inside().backends());
    }
    return new PortStatus(
        port.key().service().namespace(),
        port.key().service().name(),
        port.key().portName(),
        port.key().protocol().name(),
        port.key().family().name(),
        port.frontends().stream()
            .map(frontend -> frontend.kind() + " " + frontend.address().withPort(frontend.port()))
            .toList(),
        backends.stream()
            .map(backend -> backend.identity() + (backend.local() ? " local" : ""))
            .toList(),
        traffic.connections(),
        traffic.packets(),
        traffic.bytes());
  }
}

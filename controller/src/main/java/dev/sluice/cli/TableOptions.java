// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.MapSizes;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;
import picocli.CommandLine.Option;

/** How large the tables in the kernel are, and how long flows stay in them. */
final class TableOptions {
  @Option(names = "--services", paramLabel = "N", description = "frontends at most, per family")
  private Integer services;

  @Option(names = "--backends", paramLabel = "N", description = "backends at most, per family")
  private Integer backends;

  @Option(
      names = "--regions",
      paramLabel = "N",
      description = "blocks of 16 ids for backend lists and Maglev tables")
  private Integer regions;

  @Option(
      names = "--flows",
      paramLabel = "N",
      description = "entries of a flow table, two for each connection (default: by memory)")
  private Integer flows;

  @Option(
      names = "--embryos",
      paramLabel = "N",
      description = "entries of the table of half-open flows (default: by memory)")
  private Integer embryos;

  @Option(
      names = "--fragments",
      paramLabel = "N",
      description = "datagrams in fragments that may be on their way at once (default: by memory)")
  private Integer fragments;

  @Option(
      names = "--event-bytes",
      paramLabel = "N",
      description = "room for events that are not read yet, 64 bytes each (default: 262144)")
  private Integer eventBytes;

  @Option(
      names = "--timeout-established",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "TCP flow without a packet, such as 24h or 300 for seconds (default: 24h)")
  private Duration establishedTimeout;

  @Option(
      names = "--timeout-half-closed",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "TCP flow that one side has ended (default: 1h)")
  private Duration halfClosedTimeout;

  @Option(
      names = "--timeout-closed",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "TCP flow after its end (default: 30s)")
  private Duration closedTimeout;

  @Option(
      names = "--timeout-udp",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "UDP flow without a packet (default: 3m)")
  private Duration udpTimeout;

  @Option(
      names = "--timeout-embryo",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "TCP flow that is not answered (default: 1m)")
  private Duration embryoTimeout;

  @Option(
      names = "--timeout-unanswered-udp",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "UDP flow that is not answered (default: 30s)")
  private Duration unansweredUdpTimeout;

  /** What is not given here goes by kube-proxy's conntrack settings, then by the memory. */
  MapSizes sizes(KubeProxyConfiguration kubeProxy) {
    MapSizes usual = Conntrack.sizes(MapSizes.forMemory(totalMemory()), kubeProxy, totalMemory());
    return new MapSizes(
        or(services, usual.services()),
        or(backends, usual.backends()),
        or(regions, usual.regionBlocks()),
        or(flows, usual.flows()),
        or(embryos, usual.embryos()),
        or(fragments, usual.fragments()),
        or(eventBytes, usual.eventBytes()));
  }

  FlowTimeouts timeouts(KubeProxyConfiguration kubeProxy) {
    FlowTimeouts usual = Conntrack.timeouts(kubeProxy);
    return new FlowTimeouts(
        Objects.requireNonNullElse(establishedTimeout, usual.established()),
        Objects.requireNonNullElse(halfClosedTimeout, usual.halfClosed()),
        Objects.requireNonNullElse(closedTimeout, usual.closed()),
        Objects.requireNonNullElse(udpTimeout, usual.udp()),
        Objects.requireNonNullElse(embryoTimeout, usual.embryo()),
        Objects.requireNonNullElse(unansweredUdpTimeout, usual.unansweredUdp()));
  }

  private static int or(Integer chosen, int usual) {
    return chosen == null ? usual : chosen;
  }

  private static long totalMemory() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 1L << 30;
  }
}

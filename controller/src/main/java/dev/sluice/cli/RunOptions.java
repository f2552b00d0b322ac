// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.AttachMode;
import dev.sluice.attach.SocketHooks;
import dev.sluice.attach.XdpUse;
import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.dataplane.Sampling;
import dev.sluice.model.ProxyConfig;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.PortRange;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How an agent is to run; {@code sluice check} takes the same, to judge what it would meet. */
final class RunOptions {
  /** {@code --attach}. */
  enum Attach {
    AUTO,
    TCX,
    CLSACT
  }

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = {
        "YAML file with a KubeProxyConfiguration, a SluiceConfiguration or both; what is given here",
        "on the command line wins over it. 'sluice config check FILE' tells what comes of it"
      })
  @SuppressWarnings("UnusedVariable") // ConfigFile reads it before the options are parsed
  private Path config;

  @Mixin private SourceOptions source;
  @Mixin private NodeOptions node;
  @Mixin private ProxyOptions proxy;

  @Option(
      names = "--device",
      paramLabel = "REGEX",
      description =
          "devices to put programs on, by their whole name (default: those that carry the node's"
              + " addresses, tunnels, bridges and pod devices)")
  private String device;

  @Option(
      names = "--cgroup",
      paramLabel = "DIR",
      description =
          "cgroup v2 directory whose processes reach Services by socket hooks (default: the root"
              + " of the hierarchy)")
  private Path cgroup;

  @Option(
      names = "--socket-hooks",
      paramLabel = "all|node|off",
      defaultValue = "all",
      description = "whose sockets are connected to backends at once (default: ${DEFAULT-VALUE})")
  private SocketHooks socketHooks;

  @Option(
      names = "--attach",
      paramLabel = "auto|tcx|clsact",
      defaultValue = "auto",
      description = "how programs are put on devices; auto: tcx where the kernel has it")
  private Attach attach;

  @Option(
      names = "--xdp",
      paramLabel = "auto|off|require",
      defaultValue = "auto",
      description =
          "whether drivers of uplinks forward to other nodes before the stack sees a packet; auto:"
              + " physical devices whose driver has native XDP; require: veth, too, and an uplink"
              + " without it is an error (default: ${DEFAULT-VALUE})")
  private XdpUse xdp;

  @Option(
      names = "--pretend-kernel",
      paramLabel = "RELEASE",
      description = "use no feature younger than this kernel release, such as 5.10; for tests")
  private String pretendKernel;

  @Option(
      names = "--snat-ports",
      paramLabel = "FIRST-LAST",
      defaultValue = "49152-65535",
      description =
          "source ports for traffic sent on to other nodes; kept from sockets by"
              + " net.ipv4.ip_local_reserved_ports (default: ${DEFAULT-VALUE})")
  private String snatPorts;

  @Option(
      names = "--node-ports",
      paramLabel = "FIRST-LAST",
      defaultValue = "30000-32767",
      description = "the cluster's NodePort range, checked for overlap (default: ${DEFAULT-VALUE})")
  private String nodePorts;

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
      names = "--sample-refusals",
      paramLabel = "N",
      description =
          "of N packets and socket calls that are rejected or dropped for the same reason, one is"
              + " shown by 'sluice events'; a power of 2, or 0 for none (default: 64)")
  private Integer sampleRefusals;

  @Option(
      names = "--sample-others",
      paramLabel = "N",
      description = "the same of packets that pass or are translated (default: 0)")
  private Integer sampleOthers;

  @Option(
      names = "--timeout-established",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "TCP flow without a packet, such as 24h or 300 for seconds (default: 24h)")
  private Duration establishedTimeout;

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
      description = "UDP flow without a packet (default: 2m)")
  private Duration udpTimeout;

  @Option(
      names = "--timeout-embryo",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      description = "flow that is not answered (default: 1m)")
  private Duration embryoTimeout;

  @Option(
      names = "--collect-every",
      paramLabel = "DURATION",
      converter = DurationConverter.class,
      defaultValue = "10s",
      description = "how often dead flows are collected (default: ${DEFAULT-VALUE})")
  private Duration collectEvery;

  private KubeProxyConfiguration kubeProxy = KubeProxyConfiguration.defaults();

  /** Takes over what other settings of kube-proxy than those with an option here mean for it. */
  void follow(KubeProxyConfiguration configuration) {
    kubeProxy = configuration;
    node.bindAddress(configuration.bindAddress());
  }

  KubeProxyConfiguration kubeProxy() {
    return kubeProxy;
  }

  SourceOptions source() {
    return source;
  }

  NodeOptions node() {
    return node;
  }

  ProxyOptions proxy() {
    return proxy;
  }

  /** Shorthand for {@code proxy().config()}. */
  ProxyConfig proxyConfig() {
    return proxy.config();
  }

  DeviceSelection devices() {
    return device == null ? DeviceSelection.byRole() : DeviceSelection.named(device);
  }

  Optional<Path> cgroup() {
    return Optional.ofNullable(cgroup);
  }

  SocketHooks socketHooks() {
    return socketHooks;
  }

  KernelFeatures kernelFeatures() {
    KernelFeatures real = KernelFeatures.detect(Path.of("/"));
    return pretendKernel == null ? real : real.pretend(pretendKernel);
  }

  AttachMode attachMode(KernelFeatures features) {
    return switch (attach) {
      case AUTO -> features.has(KernelFeature.TCX) ? AttachMode.TCX : AttachMode.CLSACT;
      case TCX -> AttachMode.TCX;
      case CLSACT -> AttachMode.CLSACT;
    };
  }

  XdpUse xdp() {
    return xdp;
  }

  PortRange snatPorts() {
    return PortRange.parse(snatPorts);
  }

  PortRange nodePorts() {
    return PortRange.parse(nodePorts);
  }

  MapSizes mapSizes() {
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

  Sampling sampling() {
    return new Sampling(
        or(sampleRefusals, Sampling.DEFAULT.refusals()),
        or(sampleOthers, Sampling.DEFAULT.others()));
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

  FlowTimeouts timeouts() {
    FlowTimeouts usual = Conntrack.timeouts(kubeProxy);
    return new FlowTimeouts(
        or(establishedTimeout, usual.established()),
        or(closedTimeout, usual.closed()),
        or(udpTimeout, usual.udp()),
        or(embryoTimeout, usual.embryo()));
  }

  private static Duration or(Duration chosen, Duration usual) {
    return chosen == null ? usual : chosen;
  }

  Duration collectEvery() {
    return collectEvery;
  }
}

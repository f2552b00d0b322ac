// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.AttachMode;
import dev.sluice.attach.SocketHooks;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.model.Cidr;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.ProxyConfig;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.PortRange;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
      description = "YAML file with these options, long names without dashes as keys")
  @SuppressWarnings("UnusedVariable") // ConfigFile reads it before the options are parsed
  private Path config;

  @Option(
      names = "--node-name",
      paramLabel = "NAME",
      description = "this node's name in EndpointSlices (default: the host's name)")
  private String nodeName;

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

  @Option(
      names = "--node-port-addresses",
      paramLabel = "CIDR|WORD",
      split = ",",
      description =
          "node addresses that serve NodePorts: CIDRs, primary, localhost, all (default: as"
              + " kube-proxy in the chosen --proxy-mode)")
  private List<String> nodePortAddresses = List.of();

  @Option(
      names = "--proxy-mode",
      paramLabel = "iptables|nftables",
      defaultValue = "iptables",
      description = "the kube-proxy mode to behave like where the two differ")
  private ProxyConfig.Mode proxyMode;

  @Option(
      names = "--cluster-cidr",
      paramLabel = "CIDR",
      split = ",",
      description = "addresses of the cluster's pods, one CIDR for each family")
  private List<String> clusterCidrs = List.of();

  @Option(
      names = "--service-cidr",
      paramLabel = "CIDR",
      split = ",",
      description = {
        "networks that ClusterIPs come from; with --proxy-mode nftables a new connection to an",
        "address in them that no Service has is dropped"
      })
  private List<String> serviceCidrs = List.of();

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
      names = "--timeout-established",
      paramLabel = "SECONDS",
      description = "TCP flow without a packet (default: 86400)")
  private Long establishedSeconds;

  @Option(
      names = "--timeout-closed",
      paramLabel = "SECONDS",
      description = "TCP flow after its end (default: 30)")
  private Long closedSeconds;

  @Option(
      names = "--timeout-udp",
      paramLabel = "SECONDS",
      description = "UDP flow without a packet (default: 120)")
  private Long udpSeconds;

  @Option(
      names = "--timeout-embryo",
      paramLabel = "SECONDS",
      description = "flow that is not answered (default: 60)")
  private Long embryoSeconds;

  @Option(
      names = "--collect-every",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description = "how often dead flows are collected (default: ${DEFAULT-VALUE})")
  private long collectSeconds;

  String nodeName() {
    if (nodeName != null) {
      return nodeName;
    }
    try {
      return InetAddress.getLocalHost().getHostName().strip().toLowerCase(Locale.ROOT);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "the host's name cannot be found out; give --node-name", e);
    }
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

  PortRange snatPorts() {
    return PortRange.parse(snatPorts);
  }

  PortRange nodePorts() {
    return PortRange.parse(nodePorts);
  }

  ProxyConfig proxyConfig() {
    LocalTraffic pods =
        new LocalTraffic(
            LocalTraffic.Mode.CLUSTER_CIDR, clusterCidrs.stream().map(Cidr::parse).toList(), "");
    return new ProxyConfig(
        proxyMode,
        nodePortAddresses,
        true,
        pods,
        false,
        serviceCidrs.stream().map(Cidr::parse).toList());
  }

  MapSizes mapSizes() {
    MapSizes usual = MapSizes.forMemory(totalMemory());
    return new MapSizes(
        or(services, usual.services()),
        or(backends, usual.backends()),
        or(regions, usual.regionBlocks()),
        or(flows, usual.flows()),
        or(embryos, usual.embryos()),
        or(fragments, usual.fragments()));
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
    return new FlowTimeouts(
        or(establishedSeconds, FlowTimeouts.DEFAULT.established()),
        or(closedSeconds, FlowTimeouts.DEFAULT.closed()),
        or(udpSeconds, FlowTimeouts.DEFAULT.udp()),
        or(embryoSeconds, FlowTimeouts.DEFAULT.embryo()));
  }

  private static Duration or(Long chosen, Duration usual) {
    return chosen == null ? usual : Duration.ofSeconds(chosen);
  }

  Duration collectEvery() {
    return Duration.ofSeconds(collectSeconds);
  }
}

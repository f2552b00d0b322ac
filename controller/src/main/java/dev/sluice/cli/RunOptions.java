// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.AttachMode;
import dev.sluice.attach.SocketHooks;
import dev.sluice.attach.XdpUse;
import dev.sluice.config.KubeProxyConfiguration;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.dataplane.Sampling;
import dev.sluice.model.ProxyConfig;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.PortRange;
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
      description =
          "YAML file with a KubeProxyConfiguration, a SluiceConfiguration or both; what is given on"
              + " the command line wins over it. 'sluice config check FILE' tells what comes of it")
  @SuppressWarnings("UnusedVariable") // ConfigFile reads it before the options are parsed
  private Path config;

  @Mixin private SourceOptions source;
  @Mixin private NodeOptions node;
  @Mixin private ProxyOptions proxy;
  @Mixin private TableOptions tables;
  @Mixin private ServerOptions servers;

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
      names = "--beside-kube-proxy",
      description =
          "while this node moves from kube-proxy: leave to its rules the connections that they have"
              + " begun; a TCP connection whose flow was lost is then not taken up again")
  private boolean besideKubeProxy;

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

  private KernelFeatures kernelFeatures;

  SourceOptions source() {
    return source;
  }

  NodeOptions node() {
    return node;
  }

  ProxyOptions proxy() {
    return proxy;
  }

  ServerOptions servers() {
    return servers;
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

  /** Looked up once: the kernel's type information is some megabytes. */
  KernelFeatures kernelFeatures() {
    if (kernelFeatures == null) {
      KernelFeatures real = KernelFeatures.detect(Path.of("/"));
      kernelFeatures = pretendKernel == null ? real : real.pretend(pretendKernel);
    }
    return kernelFeatures;
  }

  LoadOptions loadOptions() {
    KernelFeatures features = kernelFeatures();
    return new LoadOptions(
        mapSizes(),
        features.has(KernelFeature.SET_RETVAL),
        features.has(KernelFeature.SYSCALL_PROGRAMS)
            && features.has(KernelFeature.FOR_EACH_MAP_ELEMENT),
        socketHooks == SocketHooks.NODE,
        proxyConfig().mode() == ProxyConfig.Mode.NFTABLES,
        !besideKubeProxy,
        sampling());
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
    return tables.sizes(kubeProxy);
  }

  boolean besideKubeProxy() {
    return besideKubeProxy;
  }

  Sampling sampling() {
    return new Sampling(
        or(sampleRefusals, Sampling.DEFAULT.refusals()),
        or(sampleOthers, Sampling.DEFAULT.others()));
  }

  private static int or(Integer chosen, int usual) {
    return chosen == null ? usual : chosen;
  }

  FlowTimeouts timeouts() {
    return tables.timeouts(kubeProxy);
  }

  Duration collectEvery() {
    return collectEvery;
  }
}

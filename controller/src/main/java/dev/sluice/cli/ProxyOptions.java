// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that kube-proxy has, too; they decide what packets meet. */
final class ProxyOptions {
  @Option(
      names = "--proxy-mode",
      paramLabel = "iptables|nftables",
      defaultValue = "iptables",
      converter = ProxyMode.class,
      description =
          "the kube-proxy mode to behave like where the two differ; ipvs behaves like iptables"
              + " (default: ${DEFAULT-VALUE})")
  private ProxyConfig.Mode mode;

  @Option(
      names = {"--node-port-addresses", "--nodeport-addresses"},
      paramLabel = "CIDR|WORD",
      split = ",",
      description =
          "node addresses that serve NodePorts: CIDRs, primary, localhost, all (default: as"
              + " kube-proxy in the chosen --proxy-mode)")
  private List<String> nodePortAddresses = List.of();

  @Option(
      names = {"--localhost-nodeports", "--iptables-localhost-nodeports"},
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      defaultValue = "true",
      description =
          "in iptables mode: whether 127.0.0.1:nodePort works on the node (default:"
              + " ${DEFAULT-VALUE})")
  private boolean localhostNodePorts;

  @Option(
      names = "--detect-local-mode",
      paramLabel = "MODE",
      defaultValue = "ClusterCIDR",
      converter = DetectLocalMode.class,
      completionCandidates = DetectLocalMode.class,
      description =
          "how traffic of pods is told from clients outside where a Local policy tells them apart:"
              + " ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
  private LocalTraffic.Mode detectLocalMode;

  @Option(
      names = "--cluster-cidr",
      paramLabel = "CIDR",
      split = ",",
      description = "addresses of the cluster's pods, one CIDR for each family, for ClusterCIDR")
  private List<String> clusterCidrs = List.of();

  @Option(
      names = "--pod-bridge-interface",
      paramLabel = "NAME",
      defaultValue = "",
      description = "the bridge that pods are behind, for BridgeInterface")
  private String podBridgeInterface;

  @Option(
      names = "--pod-interface-name-prefix",
      paramLabel = "PREFIX",
      defaultValue = "",
      description =
          "how the names of pods' devices begin, for InterfaceNamePrefix; a bridge stands for its"
              + " ports. Clients behind a NIC whose name begins so would count as pods")
  private String podInterfaceNamePrefix;

  @Option(
      names = "--masquerade-all",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "true|false",
      description =
          "accepted for kube-proxy's sake and without effect: a reply always comes back through the"
              + " device or socket that its client is behind")
  private boolean masqueradeAll;

  @Option(
      names = "--service-cidr",
      paramLabel = "CIDR",
      split = ",",
      description = {
        "networks that ClusterIPs come from, beside those of the cluster's ServiceCIDR objects;",
        "with --proxy-mode nftables a new connection to an address in them that no Service has is",
        "dropped"
      })
  private List<String> serviceCidrs = List.of();

  /** Reads {@code --proxy-mode}; what ipvs does otherwise is a notice's matter. */
  static final class ProxyMode implements ITypeConverter<ProxyConfig.Mode> {
    @Override
    public ProxyConfig.Mode convert(String text) {
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "", "iptables", "ipvs" -> ProxyConfig.Mode.IPTABLES;
        case "nftables" -> ProxyConfig.Mode.NFTABLES;
        default ->
            throw new TypeConversionException(
                "'%s' is none of iptables, nftables, ipvs".formatted(text));
      };
    }
  }

  /** Reads {@code --detect-local-mode} by kube-proxy's words, in any case. */
  static final class DetectLocalMode
      implements ITypeConverter<LocalTraffic.Mode>, Iterable<String> {
    @Override
    public LocalTraffic.Mode convert(String text) {
      return text.isEmpty() ? LocalTraffic.Mode.CLUSTER_CIDR : named(text);
    }

    private static LocalTraffic.Mode named(String text) {
      return Arrays.stream(LocalTraffic.Mode.values())
          .filter(mode -> mode.word().equalsIgnoreCase(text))
          .findFirst()
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "'%s' is none of %s".formatted(text, String.join(", ", words()))));
    }

    @Override
    public Iterator<String> iterator() {
      return words().iterator();
    }

    private static List<String> words() {
      return Arrays.stream(LocalTraffic.Mode.values()).map(LocalTraffic.Mode::word).toList();
    }
  }

  /**
   * What kube-proxy would read from its configuration.
   *
   * @throws IllegalArgumentException if it would not start with it
   */
  ProxyConfig config() {
    return new ProxyConfig(
        mode,
        nodePortAddresses.stream().map(String::strip).filter(text -> !text.isEmpty()).toList(),
        localhostNodePorts,
        new LocalTraffic(detectLocalMode, cidrs(clusterCidrs), interfaceName()),
        masqueradeAll,
        cidrs(serviceCidrs));
  }

  private String interfaceName() {
    return switch (detectLocalMode) {
      case CLUSTER_CIDR, NODE_CIDR -> "";
      case BRIDGE_INTERFACE -> podBridgeInterface;
      case INTERFACE_NAME_PREFIX -> podInterfaceNamePrefix;
    };
  }

  private static List<Cidr> cidrs(List<String> texts) {
    return texts.stream()
        .filter(text -> !text.isBlank())
        .map(text -> Cidr.parse(text.strip()))
        .toList();
  }

  /** What is probably not meant so, a line each. */
  List<String> warnings(NodeFacts node) {
    List<String> lines = new ArrayList<>(StartChecks.nodePortWarnings(config(), node));
    LocalTraffic pods = config().localTraffic();
    if (Stream.of(IpFamily.values()).noneMatch(family -> pods.recognisesPods(family, node))) {
      lines.add(
          "--detect-local-mode %s without %s: pods cannot be told from clients outside, and get"
                  .formatted(pods.mode().word(), optionOf(pods.mode()))
              + " only this node's endpoints where externalTrafficPolicy is Local");
    }
    return lines;
  }

  /** The option that says what pods are recognised by. */
  static String optionOf(LocalTraffic.Mode mode) {
    return switch (mode) {
      case CLUSTER_CIDR -> "--cluster-cidr";
      case NODE_CIDR -> "--pod-cidr";
      case BRIDGE_INTERFACE -> "--pod-bridge-interface";
      case INTERFACE_NAME_PREFIX -> "--pod-interface-name-prefix";
    };
  }

  /** How pods are recognised, in a few words for {@code sluice status}. */
  String describeDetector(NodeFacts node) {
    LocalTraffic pods = config().localTraffic();
    String by =
        switch (pods.mode()) {
          case CLUSTER_CIDR, NODE_CIDR ->
              pods.podNetworks(node).stream()
                  .sorted()
                  .map(Cidr::toString)
                  .collect(Collectors.joining(", "));
          case BRIDGE_INTERFACE, INTERFACE_NAME_PREFIX -> pods.interfaceName();
        };
    return by.isEmpty()
        ? "none (%s without %s)".formatted(pods.mode().word(), optionOf(pods.mode()))
        : pods.mode().word() + " " + by;
  }
}

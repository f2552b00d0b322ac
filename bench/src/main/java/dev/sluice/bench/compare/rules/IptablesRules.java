// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** Input of {@code iptables-restore --noflush}. */
public final class IptablesRules {
  /** With more endpoints kube-proxy leaves out the comments of most rules (rule 191). */
  private static final int LARGE_CLUSTER = 1000;

  private static final int HASH = 16;

  private static final String FILTER =
      """
      *filter
      :KUBE-NODEPORTS - [0:0]
      :KUBE-SERVICES - [0:0]
      :KUBE-EXTERNAL-SERVICES - [0:0]
      :KUBE-FORWARD - [0:0]
      :KUBE-PROXY-FIREWALL - [0:0]
      %s-A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
      -A KUBE-FORWARD -m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT
      -A KUBE-FORWARD -m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
      COMMIT
      """;

  /** kube-proxy adds these one by one, before its first restore. */
  private static final String FILTER_JUMPS =
      """
      -A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
      -A INPUT -m comment --comment "kubernetes health check service ports" -j KUBE-NODEPORTS
      -A INPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
      -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
      -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
      -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -A FORWARD -m conntrack --ctstate NEW -m comment --comment "kubernetes externally-visible service portals" -j KUBE-EXTERNAL-SERVICES
      -A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes load balancer firewall" -j KUBE-PROXY-FIREWALL
      -A OUTPUT -m conntrack --ctstate NEW -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      """;

  private static final String NAT_JUMPS =
      """
      -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
      -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
      """;

  private static final String MASQUERADE =
      """
      -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
      -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
      -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
      -A KUBE-POSTROUTING -m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully
      """;

  /** Declared chains are empty afterwards, be they new or not. */
  private static final String NAT_CHAINS =
      """
      *nat
      :KUBE-NODEPORTS - [0:0]
      :KUBE-SERVICES - [0:0]
      :KUBE-POSTROUTING - [0:0]
      :KUBE-MARK-MASQ - [0:0]
      """;

  private static final String LAST =
      """
      -A KUBE-SERVICES -m comment --comment "kubernetes service nodeports; NOTE: this must be the last rule in this chain" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
      """;

  private static final String COMMIT = "COMMIT\n";

  private final List<ServicePort> ports;
  private final String podNetwork;
  private final boolean large;

  /**
   * Rules for Services in the order in which packets meet them.
   *
   * @param podNetwork whose packets to ClusterIPs keep their source
   */
  public IptablesRules(List<ServicePort> ports, String podNetwork) {
    this.ports = List.copyOf(ports);
    this.podNetwork = podNetwork;
    this.large = ports.stream().mapToInt(port -> port.endpoints().size()).sum() > LARGE_CLUSTER;
  }

  /** Everything, for empty tables, in texts for so many ports each. */
  public List<String> all(int portsPerText) {
    List<String> texts = new ArrayList<>();
    for (int first = 0; first < ports.size(); first += portsPerText) {
      int end = Math.min(first + portsPerText, ports.size());
      StringBuilder chains =
          new StringBuilder(first == 0 ? FILTER.formatted(FILTER_JUMPS) + NAT_CHAINS : "*nat\n");
      StringBuilder rules = new StringBuilder(first == 0 ? NAT_JUMPS + MASQUERADE : "");
      for (ServicePort port : ports.subList(first, end)) {
        dispatch(port, rules);
        own(port, chains, rules);
      }
      texts.add(
          chains.append(rules).append(end == ports.size() ? LAST : "").append(COMMIT).toString());
    }
    return texts;
  }

  /**
   * What kube-proxy sends when only some Services have changed: their chains, and all rules of the
   * chains that every packet meets.
   */
  public String changed(Predicate<ServicePort> changed) {
    StringBuilder chains = new StringBuilder(FILTER.formatted("")).append(NAT_CHAINS);
    StringBuilder rules = new StringBuilder(MASQUERADE);
    for (ServicePort port : ports) {
      dispatch(port, rules);
      if (changed.test(port)) {
        own(port, chains, rules);
      }
    }
    return chains.append(rules).append(LAST).append(COMMIT).toString();
  }

  /** The chain that a port's packets go through. */
  public static String serviceChain(ServicePort port) {
    return "KUBE-SVC-" + hash(port, "");
  }

  private static String externalChain(ServicePort port) {
    return "KUBE-EXT-" + hash(port, "");
  }

  private static String endpointChain(ServicePort port, String endpoint) {
    return "KUBE-SEP-" + hash(port, endpoint + ":" + port.targetPort());
  }

  private static String hash(ServicePort port, String endpoint) {
    return ShortHash.of(port.title() + port.protocol() + endpoint, HASH);
  }

  private void dispatch(ServicePort port, StringBuilder rules) {
    line(
        rules,
        "-A KUBE-SERVICES -m comment --comment \"%s cluster IP\" -m %2$s -p %2$s -d %3$s --dport %4$d -j %5$s"
            .formatted(
                port.title(), port.protocol(), port.clusterIp(), port.port(), serviceChain(port)));
    if (port.nodePort() != 0) {
      line(
          rules,
          "-A KUBE-NODEPORTS -m comment --comment %s -m %2$s -p %2$s --dport %3$d -j %4$s"
              .formatted(port.title(), port.protocol(), port.nodePort(), externalChain(port)));
    }
  }

  private void own(ServicePort port, StringBuilder chains, StringBuilder rules) {
    String service = serviceChain(port);
    chain(chains, service);
    if (port.nodePort() != 0) {
      String external = externalChain(port);
      chain(chains, external);
      line(
          rules,
          "-A %s -m comment --comment \"masquerade traffic for %s external destinations\" -j KUBE-MARK-MASQ"
              .formatted(external, port.title()));
      line(rules, "-A %s -j %s".formatted(external, service));
    }
    line(
        rules,
        "-A %s -m comment --comment \"%s cluster IP\" -m %3$s -p %3$s -d %4$s --dport %5$d ! -s %6$s -j KUBE-MARK-MASQ"
            .formatted(
                service, port.title(), port.protocol(), port.clusterIp(), port.port(), podNetwork));
    int left = port.endpoints().size();
    for (String endpoint : port.endpoints()) {
      endpoint(port, endpoint, left--, chains, rules);
    }
  }

  private void endpoint(
      ServicePort port, String endpoint, int left, StringBuilder chains, StringBuilder rules) {
    String chain = endpointChain(port, endpoint);
    String place = endpoint + ":" + port.targetPort();
    chain(chains, chain);
    line(
        rules,
        "-A %s%s%s -j %s"
            .formatted(
                serviceChain(port),
                comment("\"" + port.title() + " -> " + place + "\""),
                left == 1
                    ? ""
                    : String.format(
                        Locale.ROOT, " -m statistic --mode random --probability %.10f", 1.0 / left),
                chain));
    String comment = comment(port.title());
    line(rules, "-A %s%s -s %s -j KUBE-MARK-MASQ".formatted(chain, comment, endpoint));
    line(
        rules,
        "-A %s%s -m %3$s -p %3$s -j DNAT --to-destination %4$s"
            .formatted(chain, comment, port.protocol(), place));
  }

  private String comment(String text) {
    return large ? "" : " -m comment --comment " + text;
  }

  private static void chain(StringBuilder chains, String name) {
    chains.append(':').append(name).append(" - [0:0]\n");
  }

  private static void line(StringBuilder rules, String line) {
    rules.append(line).append('\n');
  }
}

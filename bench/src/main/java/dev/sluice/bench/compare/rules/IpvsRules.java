// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.rules;

import java.util.List;
import java.util.stream.Stream;

/**
 * Input of {@code ipvsadm --restore}, and what kube-proxy puts beside virtual servers: their
 * addresses on a dummy device, and a few rules. Where kube-proxy asks ipsets, these rules ask a
 * network or a range of ports, which costs less.
 */
public final class IpvsRules {
  private static final String DEVICE = "kube-ipvs0";

  private final List<ServicePort> ports;
  private final String scheduler;
  private final String nodeAddress;

  public IpvsRules(List<ServicePort> ports, String scheduler, String nodeAddress) {
    this.ports = List.copyOf(ports);
    this.scheduler = scheduler;
    this.nodeAddress = nodeAddress;
  }

  /** Virtual servers with their real ones. */
  public String virtualServers() {
    StringBuilder text = new StringBuilder();
    for (ServicePort port : ports) {
      for (String server : servers(port)) {
        line(text, "-A %s -s %s".formatted(server, scheduler));
        port.endpoints()
            .forEach(endpoint -> line(text, "-a %s".formatted(member(port, server, endpoint))));
      }
    }
    return text.toString();
  }

  /** What replaces an endpoint by another. */
  public static String replaced(ServicePort port, String before, String now) {
    StringBuilder text = new StringBuilder();
    String server = option(port) + port.clusterIp() + ":" + port.port();
    line(text, "-a %s".formatted(member(port, server, now)));
    line(text, "-d %s -r %s:%d".formatted(server, before, port.targetPort()));
    return text.toString();
  }

  /** Input of {@code ip -batch}: makes the ClusterIPs the node's own. */
  public String addresses() {
    StringBuilder text = new StringBuilder();
    line(text, "link add %s type dummy".formatted(DEVICE));
    ports.stream()
        .map(ServicePort::clusterIp)
        .distinct()
        .forEach(address -> line(text, "address add %s/32 dev %s".formatted(address, DEVICE)));
    return text.toString();
  }

  /** Input of {@code ip -batch}: the opposite of {@link #addresses}. */
  public static String noAddresses() {
    return "link del " + DEVICE + "\n";
  }

  /** Input of {@code iptables-restore}. */
  public static String masquerading(String podNetwork) {
    return """
        *nat
        :KUBE-SERVICES - [0:0]
        :KUBE-POSTROUTING - [0:0]
        :KUBE-NODE-PORT - [0:0]
        :KUBE-MARK-MASQ - [0:0]
        -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
        -A KUBE-SERVICES ! -s %s -d 10.96.0.0/16 -j KUBE-MARK-MASQ
        -A KUBE-SERVICES -d 10.96.0.0/16 -j ACCEPT
        -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT
        -A KUBE-NODE-PORT -p tcp --dport 30000:32767 -j KUBE-MARK-MASQ
        -A KUBE-NODE-PORT -p udp --dport 30000:32767 -j KUBE-MARK-MASQ
        -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
        -A KUBE-POSTROUTING -j MASQUERADE --random-fully
        COMMIT
        *filter
        :KUBE-FORWARD - [0:0]
        -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
        -A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT
        -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        COMMIT
        """
        .formatted(podNetwork);
  }

  private List<String> servers(ServicePort port) {
    return Stream.concat(
            Stream.of(port.clusterIp() + ":" + port.port()),
            port.nodePort() == 0 ? Stream.of() : Stream.of(nodeAddress + ":" + port.nodePort()))
        .map(address -> option(port) + address)
        .toList();
  }

  private static String option(ServicePort port) {
    return port.protocol().equals("tcp") ? "-t " : "-u ";
  }

  private static String member(ServicePort port, String server, String endpoint) {
    return "%s -r %s:%d -m -w 1".formatted(server, endpoint, port.targetPort());
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}

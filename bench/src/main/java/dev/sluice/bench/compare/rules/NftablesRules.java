// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Input of {@code nft -f}, each text one transaction. */
public final class NftablesRules {
  private static final int HASH = 8;

  /** What does not depend on Services; NODE_ADDRESS and POD_NETWORK stand for themselves. */
  private static final String BASE =
      """
      table ip kube-proxy {
        comment "rules for kube-proxy"
        set cluster-ips { type ipv4_addr; comment "Active ClusterIPs"; }
        set nodeport-ips { type ipv4_addr; comment "IPs that accept NodePort traffic"; elements = { NODE_ADDRESS } }
        map no-endpoint-services { type ipv4_addr . inet_proto . inet_service : verdict; comment "vmap to drop or reject packets to services with no endpoints"; }
        map no-endpoint-nodeports { type inet_proto . inet_service : verdict; comment "vmap to drop or reject packets to service nodeports with no endpoints"; }
        map firewall-ips { type ipv4_addr . inet_proto . inet_service : verdict; comment "destinations that are subject to LoadBalancerSourceRanges"; }
        map service-ips { type ipv4_addr . inet_proto . inet_service : verdict; comment "ClusterIP, ExternalIP and LoadBalancer IP traffic"; }
        map service-nodeports { type inet_proto . inet_service : verdict; comment "NodePort traffic"; }
        chain mark-for-masquerade {
          mark set mark or 0x4000
        }
        chain masquerading {
          mark and 0x4000 == 0 return
          mark set mark xor 0x4000
          masquerade fully-random
        }
        chain reject-chain {
          reject
        }
        chain services {
          ip daddr . meta l4proto . th dport vmap @service-ips
          ip daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports
        }
        chain service-endpoints-check {
          ip daddr . meta l4proto . th dport vmap @no-endpoint-services
        }
        chain nodeport-endpoints-check {
          ip daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports
        }
        chain firewall-check {
          ip daddr . meta l4proto . th dport vmap @firewall-ips
        }
        chain cluster-ips-check {
          ip daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"
          ip daddr { 10.96.0.0/16 } drop comment "Drop traffic to unallocated ClusterIPs"
        }
        chain filter-prerouting {
          type filter hook prerouting priority -110; policy accept;
          ct state new jump firewall-check
        }
        chain filter-input {
          type filter hook input priority -110; policy accept;
          ct state new jump nodeport-endpoints-check
          ct state new jump service-endpoints-check
        }
        chain filter-forward {
          type filter hook forward priority -110; policy accept;
          ct state new jump service-endpoints-check
          ct state new jump cluster-ips-check
        }
        chain filter-output {
          type filter hook output priority -110; policy accept;
          ct state new jump service-endpoints-check
          ct state new jump firewall-check
        }
        chain filter-output-post-dnat {
          type filter hook output priority -90; policy accept;
          ct state new jump cluster-ips-check
        }
        chain nat-prerouting {
          type nat hook prerouting priority -100; policy accept;
          jump services
        }
        chain nat-output {
          type nat hook output priority -100; policy accept;
          jump services
        }
        chain nat-postrouting {
          type nat hook postrouting priority 100; policy accept;
          jump masquerading
        }
      }
      """;

  private final List<ServicePort> ports;
  private final String podNetwork;
  private final String nodeAddress;

  /**
   * Rules for Services.
   *
   * @param podNetwork whose packets to ClusterIPs keep their source
   * @param nodeAddress where NodePorts are served
   */
  public NftablesRules(List<ServicePort> ports, String podNetwork, String nodeAddress) {
    this.ports = List.copyOf(ports);
    this.podNetwork = podNetwork;
    this.nodeAddress = nodeAddress;
  }

  /**
   * Everything, where there is no such table: kube-proxy's one transaction, or several, to be made
   * one after the other.
   *
   * @param part how many ports' rules a transaction has at most
   */
  public List<String> all(int part) {
    List<String> transactions = new ArrayList<>();
    StringBuilder text = new StringBuilder(BASE.replace("NODE_ADDRESS", nodeAddress));
    int inText = 0;
    for (ServicePort port : ports) {
      if (inText == part) {
        transactions.add(text.toString());
        text.setLength(0);
        inText = 0;
      }
      chains(port, text);
      elements(port, text);
      inText++;
    }
    transactions.add(text.toString());
    return transactions;
  }

  /** What kube-proxy sends when the endpoints of some Services have changed: their chains. */
  public String changed(Predicate<ServicePort> changed) {
    StringBuilder text = new StringBuilder();
    ports.stream().filter(changed).forEach(port -> chains(port, text));
    return text.toString();
  }

  private void chains(ServicePort port, StringBuilder text) {
    for (String endpoint : port.endpoints()) {
      String chain = endpointChain(port, endpoint);
      emptyChain(text, chain);
      rule(text, chain, "ip saddr %s jump mark-for-masquerade".formatted(endpoint));
      rule(
          text,
          chain,
          "meta l4proto %s dnat to %s:%d".formatted(port.protocol(), endpoint, port.targetPort()));
    }
    String service = "service-" + name(port, "");
    emptyChain(text, service);
    rule(
        text,
        service,
        "ip daddr %s %s dport %d ip saddr != %s jump mark-for-masquerade"
            .formatted(port.clusterIp(), port.protocol(), port.port(), podNetwork));
    int count = port.endpoints().size();
    String choices =
        IntStream.range(0, count)
            .mapToObj(i -> i + " : goto " + endpointChain(port, port.endpoints().get(i)))
            .collect(Collectors.joining(" , "));
    rule(text, service, "numgen random mod %d vmap { %s }".formatted(count, choices));
    if (port.nodePort() != 0) {
      String external = "external-" + name(port, "");
      emptyChain(text, external);
      rule(text, external, "jump mark-for-masquerade");
      rule(text, external, "goto %s".formatted(service));
    }
  }

  private static void elements(ServicePort port, StringBuilder text) {
    // Both protocols of a Service have one ClusterIP; the same element twice is no error.
    line(text, "add element ip kube-proxy cluster-ips { %s }".formatted(port.clusterIp()));
    line(
        text,
        "add element ip kube-proxy service-ips { %s . %s . %d : goto service-%s }"
            .formatted(port.clusterIp(), port.protocol(), port.port(), name(port, "")));
    if (port.nodePort() != 0) {
      line(
          text,
          "add element ip kube-proxy service-nodeports { %s . %d : goto external-%s }"
              .formatted(port.protocol(), port.nodePort(), name(port, "")));
    }
  }

  private static String endpointChain(ServicePort port, String endpoint) {
    return "endpoint-" + name(port, "__" + endpoint + "/" + port.targetPort());
  }

  private static String name(ServicePort port, String endpoint) {
    String plain =
        "%s/%s/%s/%s%s"
            .formatted(
                ServicePort.NAMESPACE, port.service(), port.protocol(), port.portName(), endpoint);
    return ShortHash.of(plain, HASH) + "-" + plain;
  }

  private static void emptyChain(StringBuilder text, String chain) {
    line(text, "add chain ip kube-proxy %s".formatted(chain));
    line(text, "flush chain ip kube-proxy %s".formatted(chain));
  }

  private static void rule(StringBuilder text, String chain, String rule) {
    text.append("add rule ip kube-proxy ").append(chain).append(' ');
    line(text, rule);
  }

  private static void line(StringBuilder text, String line) {
    text.append(line).append('\n');
  }
}

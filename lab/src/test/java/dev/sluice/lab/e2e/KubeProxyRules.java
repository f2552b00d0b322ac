// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.e2e.ServiceFile.Member;
import dev.sluice.lab.e2e.ServiceFile.Port;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Rules that do on a node what kube-proxy's do, under the names that kube-proxy gives to its chains
 * and tables.
 */
enum KubeProxyRules {
  /** Iptables mode on the legacy tables. */
  IPTABLES_LEGACY("legacy"),
  /** Iptables mode on nftables. */
  IPTABLES_NFT("nft"),
  /** Nftables mode. */
  NFTABLES("");

  private static final String MARK = "0x4000/0x4000";
  private static final List<Path> DIRECTORIES = List.of(Path.of("/usr/sbin"), Path.of("/sbin"));

  private static final String IPTABLES_OF_OTHERS =
      """
      *nat
      :MINE - [0:0]
      :KUBE-KUBELET-CANARY - [0:0]
      :KUBE-MARK-DROP - [0:0]
      -A PREROUTING -p tcp -m tcp --dport 8088 -m comment --comment "mine: -j KUBE-SERVICES" -j MINE
      -A MINE -p tcp -j REDIRECT --to-ports 8089
      -A KUBE-MARK-DROP -j MARK --or-mark 0x8000
      COMMIT
      *filter
      :KUBE-FIREWALL - [0:0]
      :KUBE-KUBELET-CANARY - [0:0]
      -A INPUT -j KUBE-FIREWALL
      -A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
      -A FORWARD -p tcp -m tcp ! --dport 1:65534 -m comment --comment "it's \\"mine\\"" -j DROP
      COMMIT
      *mangle
      :KUBE-IPTABLES-HINT - [0:0]
      :KUBE-KUBELET-CANARY - [0:0]
      -A PREROUTING -p tcp -m tcp --dport 9 -j MARK --set-xmark 0x1/0x1
      COMMIT
      """;

  private static final String NFTABLES_OF_OTHERS =
      """
      table inet kube-proxy {
        chain guard {
          type filter hook forward priority 0; policy accept;
          tcp dport 65535 drop comment "not of the proxy, by its family"
        }
      }
      table ip mine {
        chain kube-proxy {
          ip daddr 192.0.2.1 drop
        }
      }
      """;

  private final String suffix;

  KubeProxyRules(String suffix) {
    this.suffix = suffix;
  }

  /** The program that this machine must have. */
  String program() {
    return this == NFTABLES ? "nft" : "iptables-" + suffix;
  }

  boolean isInstalled() {
    return DIRECTORIES.stream().anyMatch(directory -> Files.exists(directory.resolve(program())));
  }

  /** Writes the rules for Services, in both families. */
  void write(NodeHost node, Path directory, ServiceFile... services) {
    for (AddressFamily family : AddressFamily.values()) {
      Path file = directory.resolve("kube-proxy-rules-" + family);
      if (this == NFTABLES) {
        save(file, nftables(node, family, services));
        node.run("nft", "-f", file.toString());
      } else {
        save(file, iptables(family, services));
        restore(node, family, file);
      }
    }
  }

  /** Adds rules of an operator's, some with kube-proxy's names in comments, and kubelet's. */
  void writeOthers(NodeHost node, Path directory) {
    Path file = directory.resolve("rules-of-others");
    if (this == NFTABLES) {
      save(file, NFTABLES_OF_OTHERS);
      node.run("nft", "-f", file.toString());
      return;
    }
    save(file, IPTABLES_OF_OTHERS);
    for (AddressFamily family : AddressFamily.values()) {
      restore(node, family, file);
    }
  }

  /**
   * All rules of the node in this form, without counters, without the time and without the table
   * that the cleanup adds for established connections.
   */
  String saved(NodeHost node) {
    String text =
        this == NFTABLES
            ? node.run("nft", "list", "ruleset")
                .replaceAll("(?s)table ip6? sluice-established \\{.*?\\n}\\n", "")
            : node.run("iptables-" + suffix + "-save") + node.run("ip6tables-" + suffix + "-save");
    return text.lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.replaceAll("\\[\\d+:\\d+]", ""))
        .collect(Collectors.joining("\n"));
  }

  /** Makes the node drop what no rule of its FORWARD chain accepts. */
  void dropByDefault(NodeHost node) {
    if (this == NFTABLES) {
      node.run("nft", "add table inet mine");
      node.run(
          "nft", "add chain inet mine guard { type filter hook forward priority 0; policy drop; }");
      return;
    }
    for (AddressFamily family : AddressFamily.values()) {
      node.run(command(family), "-w", "-P", "FORWARD", "DROP");
    }
  }

  private void restore(NodeHost node, AddressFamily family, Path file) {
    node.run("sh", "-c", command(family) + "-restore --noflush < " + file);
  }

  private String command(AddressFamily family) {
    return (family == AddressFamily.IPV4 ? "iptables-" : "ip6tables-") + suffix;
  }

  private static void save(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String iptables(AddressFamily family, ServiceFile... services) {
    List<String> chains =
        new ArrayList<>(
            List.of("KUBE-SERVICES", "KUBE-NODEPORTS", "KUBE-POSTROUTING", "KUBE-MARK-MASQ"));
    List<String> rules = new ArrayList<>();
    for (ServiceFile service : services) {
      iptables(family, service, chains, rules);
    }
    return """
        *nat
        %s
        -A PREROUTING -m comment --comment "of the \\"proxy\\": -j ACCEPT" -j KUBE-SERVICES
        -A OUTPUT -m comment --comment "of the proxy" -j KUBE-SERVICES
        -A POSTROUTING -m comment --comment "of the proxy" -j KUBE-POSTROUTING
        %s
        -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
        -A KUBE-POSTROUTING -m mark ! --mark %s -j RETURN
        -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
        -A KUBE-POSTROUTING -j MASQUERADE --random-fully
        COMMIT
        *filter
        :KUBE-FORWARD - [0:0]
        :KUBE-NODEPORTS - [0:0]
        :KUBE-EXTERNAL-SERVICES - [0:0]
        :KUBE-PROXY-FIREWALL - [0:0]
        -A INPUT -j KUBE-NODEPORTS
        -A INPUT -m conntrack --ctstate NEW -j KUBE-EXTERNAL-SERVICES
        -A INPUT -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
        -A FORWARD -m conntrack --ctstate NEW -j KUBE-PROXY-FIREWALL
        -A FORWARD -j KUBE-FORWARD
        -A KUBE-FORWARD -m conntrack --ctstate INVALID -j DROP
        -A KUBE-FORWARD -m mark --mark %s -j ACCEPT
        -A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        COMMIT
        *mangle
        :KUBE-PROXY-CANARY - [0:0]
        COMMIT
        """
        .formatted(
            chains.stream()
                .map(chain -> ":" + chain + " - [0:0]")
                .collect(Collectors.joining("\n")),
            String.join("\n", rules),
            MARK,
            MARK);
  }

  private static void iptables(
      AddressFamily family, ServiceFile service, List<String> chains, List<String> rules) {
    String name = service.name().toUpperCase(Locale.ROOT);
    String main = "KUBE-SVC-" + name;
    String outside = "KUBE-EXT-" + name;
    chains.addAll(List.of(main, outside));
    for (Port port : service.ports()) {
      String clusterIp = service.clusterIp(family) + " -p tcp --dport " + port.port();
      rules.add("-A KUBE-SERVICES -d %s -j %s".formatted(clusterIp, main));
      rules.add(
          "-A KUBE-SERVICES -d %s -p tcp --dport %d -j %s"
              .formatted(service.externalIp(family), port.port(), outside));
      if (port.nodePort() != 0) {
        rules.add("-A KUBE-NODEPORTS -p tcp --dport %d -j %s".formatted(port.nodePort(), outside));
      }
      rules.add(
          "-A %s ! -s %s -d %s -j KUBE-MARK-MASQ".formatted(main, podNetworks(family), clusterIp));
    }
    rules.add("-A %s -j KUBE-MARK-MASQ".formatted(outside));
    rules.add("-A %s -j %s".formatted(outside, main));
    int left = service.members().size();
    for (Member member : service.members()) {
      String endpoint = "KUBE-SEP-" + name + left;
      chains.add(endpoint);
      rules.add(
          "-A %s -m statistic --mode random --probability %.5f -j %s"
              .formatted(main, 1.0 / left, endpoint));
      String address = member.host().address(family).getHostAddress();
      rules.add("-A %s -s %s -j KUBE-MARK-MASQ".formatted(endpoint, address));
      rules.add(
          "-A %s -p tcp -j DNAT --to-destination %s"
              .formatted(endpoint, withPort(family, address, member.port())));
      left--;
    }
  }

  /** Of all nodes. */
  static String podNetworks(AddressFamily family) {
    return family == AddressFamily.IPV4 ? "10.1.0.0/16" : "fd10:1::/32";
  }

  private static String nftables(NodeHost node, AddressFamily family, ServiceFile... services) {
    String ip = family == AddressFamily.IPV4 ? "ip" : "ip6";
    StringBuilder rules = new StringBuilder();
    for (ServiceFile service : services) {
      Member member = service.members().getFirst();
      InetAddress address = member.host().address(family);
      String to = "dnat to " + withPort(family, address.getHostAddress(), member.port());
      for (Port port : service.ports()) {
        String destination = "%s daddr %s tcp dport %d ".formatted(ip, "%s", port.port());
        rules.append(destination.formatted(service.clusterIp(family))).append(to).append('\n');
        rules
            .append(destination.formatted(service.externalIp(family)))
            .append("meta mark set meta mark or 0x4000 ")
            .append(to)
            .append('\n');
        rules.append(
            "%s daddr %s tcp dport %d meta mark set meta mark or 0x4000 %s%n"
                .formatted(ip, node.address(family).getHostAddress(), port.nodePort(), to));
      }
    }
    return """
        table %s kube-proxy {
          chain services {
            %s
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
            meta mark & 0x4000 == 0x4000 masquerade fully-random
          }
        }
        """
        .formatted(ip, rules);
  }

  private static String withPort(AddressFamily family, String address, int port) {
    return family == AddressFamily.IPV4 ? address + ":" + port : "[" + address + "]:" + port;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.NodeHost;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stateful firewall in a node's FORWARD chain, as operators and distributions have it: what
 * connection tracking calls INVALID is dropped.
 */
final class Firewall {
  private static final List<String> DIRECTORIES = List.of("/usr/sbin", "/sbin", "/usr/bin");
  private static final String[] INVALID = {
    "FORWARD", "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP"
  };
  private static final Pattern COUNTERS = Pattern.compile("-c (\\d+) \\d+");

  private final NodeHost node;

  private Firewall(NodeHost node) {
    this.node = node;
  }

  /** Whether this machine has the commands. */
  static boolean isInstalled() {
    return List.of(command(AddressFamily.IPV4), command(AddressFamily.IPV6)).stream()
        .allMatch(
            command ->
                DIRECTORIES.stream()
                    .anyMatch(directory -> Files.exists(Path.of(directory, command))));
  }

  /** Puts the rule in place, for both families. */
  static Firewall install(NodeHost node) {
    Firewall firewall = new Firewall(node);
    for (AddressFamily family : AddressFamily.values()) {
      firewall.raise(family);
    }
    // No connection is picked up in the middle: both directions must be seen from the SYN on.
    node.sysctl("net.netfilter.nf_conntrack_tcp_loose", "0");
    return firewall;
  }

  void raise(AddressFamily family) {
    iptables(node, family, "-A", INVALID);
  }

  void lower(AddressFamily family) {
    iptables(node, family, "-D", INVALID);
  }

  /** Packets dropped. */
  long dropped(AddressFamily family) {
    return counted(family, "--ctstate INVALID");
  }

  /** Begins to count packets from {@code source} to {@code destination}, unless it does. */
  void count(AddressFamily family, InetAddress source, InetAddress destination) {
    if (!rules(family).contains(pair(source, destination))) {
      iptables(
          node,
          family,
          "-I",
          "FORWARD",
          "-s",
          source.getHostAddress(),
          "-d",
          destination.getHostAddress());
    }
  }

  /** Packets that FORWARD has seen, since {@link #count}, with these very addresses. */
  long seen(AddressFamily family, InetAddress source, InetAddress destination) {
    return counted(family, pair(source, destination));
  }

  /** Keeps packets to a TCP port from a host's sockets until it is closed. */
  static Hold hold(Host host, AddressFamily family, int port) {
    String[] rule = {"INPUT", "-p", "tcp", "--dport", Integer.toString(port), "-j", "DROP"};
    iptables(host, family, "-A", rule);
    return () -> iptables(host, family, "-D", rule);
  }

  /** See {@link #hold}. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  private long counted(AddressFamily family, String rule) {
    return rules(family)
        .lines()
        .filter(line -> line.contains(rule))
        .map(COUNTERS::matcher)
        .filter(Matcher::find)
        .mapToLong(counters -> Long.parseLong(counters.group(1)))
        .sum();
  }

  private String rules(AddressFamily family) {
    return node.run(command(family), "-w", "-v", "-S", "FORWARD");
  }

  /** As iptables lists it. */
  private static String pair(InetAddress source, InetAddress destination) {
    return "-s %s -d %s ".formatted(prefix(source), prefix(destination));
  }

  private static String prefix(InetAddress address) {
    // iptables shortens IPv6 addresses, which Java does not.
    return switch (AddressFamily.of(address)) {
      case IPV4 -> address.getHostAddress() + "/32";
      case IPV6 -> address.getHostAddress().replaceFirst("(^|:)0(:0)+(:|$)", "::") + "/128";
    };
  }

  private static void iptables(Host host, AddressFamily family, String verb, String... rule) {
    String[] line = new String[rule.length + 3];
    line[0] = command(family);
    line[1] = "-w";
    line[2] = verb;
    System.arraycopy(rule, 0, line, 3, rule.length);
    host.run(line);
  }

  private static String command(AddressFamily family) {
    return switch (family) {
      case IPV4 -> "iptables-legacy";
      case IPV6 -> "ip6tables-legacy";
    };
  }
}

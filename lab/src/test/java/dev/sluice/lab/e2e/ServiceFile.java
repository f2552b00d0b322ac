// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A manifest file of one dual-stack Service with one port, and its EndpointSlices. Each {@code
 * with} method gives a changed copy.
 *
 * @param number makes its addresses: 10.96.1.NUMBER, fd96::1:NUMBER, 203.0.113.NUMBER and
 *     fd20:113::NUMBER (decimal digits in all)
 * @param nodePort 0 for none
 */
record ServiceFile(
    String name, int number, String protocol, int port, int nodePort, List<Member> members) {

  /** What an EndpointSlice says of an endpoint. */
  enum Condition {
    READY(true, true, false),
    UNREADY(false, false, false),
    /** Terminating, but still serving. */
    TERMINATING(false, true, true);

    private final boolean ready;
    private final boolean serving;
    private final boolean terminating;

    Condition(boolean ready, boolean serving, boolean terminating) {
      this.ready = ready;
      this.serving = serving;
      this.terminating = terminating;
    }
  }

  /** One endpoint. */
  record Member(Host host, int port, Condition condition) {
    private String node() {
      return switch (host) {
        case PodHost pod -> pod.node().name();
        case NodeHost node -> node.name();
        default -> throw new IllegalArgumentException("not an endpoint: " + host);
      };
    }
  }

  ServiceFile {
    members = List.copyOf(members);
  }

  static ServiceFile tcp(String name, int number) {
    return new ServiceFile(name, number, "TCP", 80, 0, List.of());
  }

  static ServiceFile udp(String name, int number) {
    return new ServiceFile(name, number, "UDP", 80, 0, List.of());
  }

  ServiceFile withNodePort(int newNodePort) {
    return new ServiceFile(name, number, protocol, port, newNodePort, members);
  }

  /** Adds a ready endpoint. */
  ServiceFile with(Host host, int hostPort) {
    List<Member> more = new ArrayList<>(members);
    more.add(new Member(host, hostPort, Condition.READY));
    return new ServiceFile(name, number, protocol, port, nodePort, more);
  }

  /** Takes the endpoints of a host away. */
  ServiceFile without(Host host) {
    return new ServiceFile(
        name,
        number,
        protocol,
        port,
        nodePort,
        members.stream().filter(member -> !member.host().equals(host)).toList());
  }

  /** Takes one endpoint away. */
  ServiceFile without(Host host, int hostPort) {
    return new ServiceFile(
        name,
        number,
        protocol,
        port,
        nodePort,
        members.stream()
            .filter(member -> !member.host().equals(host) || member.port() != hostPort)
            .toList());
  }

  /** Turns the endpoints of a host ready or not. */
  ServiceFile withReady(Host host, boolean ready) {
    return withCondition(host, ready ? Condition.READY : Condition.UNREADY);
  }

  /** Changes the endpoints of a host. */
  ServiceFile withCondition(Host host, Condition condition) {
    return new ServiceFile(
        name,
        number,
        protocol,
        port,
        nodePort,
        members.stream()
            .map(
                member ->
                    member.host().equals(host)
                        ? new Member(member.host(), member.port(), condition)
                        : member)
            .toList());
  }

  String clusterIp(AddressFamily family) {
    return switch (family) {
      case IPV4 -> "10.96.1." + number;
      case IPV6 -> "fd96::1:" + number;
    };
  }

  String externalIp(AddressFamily family) {
    return switch (family) {
      case IPV4 -> "203.0.113." + number;
      case IPV6 -> "fd20:113::" + number;
    };
  }

  /** What {@code kubectl get -o yaml} would print for all of it. */
  String yaml() {
    StringBuilder text = new StringBuilder(service());
    for (AddressFamily family : AddressFamily.values()) {
      Map<Integer, List<Member>> byPort = new TreeMap<>();
      members.forEach(
          member -> byPort.computeIfAbsent(member.port(), any -> new ArrayList<>()).add(member));
      byPort.forEach((targetPort, some) -> text.append(slice(family, targetPort, some)));
    }
    return text.toString();
  }

  private String service() {
    return """
        apiVersion: v1
        kind: Service
        metadata:
          name: %s
          namespace: default
        spec:
          type: %s
          clusterIP: %s
          clusterIPs: [%s]
          ipFamilies: [IPv4, IPv6]
          ipFamilyPolicy: RequireDualStack
          externalIPs: [%s]
          ports:
          - name: main
            protocol: %s
            port: %d
            %s
        """
        .formatted(
            name,
            nodePort == 0 ? "ClusterIP" : "NodePort",
            clusterIp(AddressFamily.IPV4),
            quoted(clusterIp(AddressFamily.IPV4), clusterIp(AddressFamily.IPV6)),
            quoted(externalIp(AddressFamily.IPV4), externalIp(AddressFamily.IPV6)),
            protocol,
            port,
            nodePort == 0 ? "" : "nodePort: " + nodePort);
  }

  private static String quoted(String... values) {
    return Stream.of(values).map(value -> '"' + value + '"').collect(Collectors.joining(", "));
  }

  private String slice(AddressFamily family, int targetPort, List<Member> some) {
    StringBuilder text =
        new StringBuilder(
            """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              name: %1$s-%2$s-%3$d
              namespace: default
              labels:
                kubernetes.io/service-name: %1$s
            addressType: %4$s
            ports:
            - name: main
              protocol: %5$s
              port: %3$d
            endpoints:
            """
                .formatted(
                    name,
                    family.name().toLowerCase(java.util.Locale.ROOT),
                    targetPort,
                    switch (family) {
                      case IPV4 -> "IPv4";
                      case IPV6 -> "IPv6";
                    },
                    protocol));
    for (Member member : some) {
      text.append(
          """
          - addresses: ["%s"]
            nodeName: %s
            conditions:
              ready: %b
              serving: %b
              terminating: %b
          """
              .formatted(
                  member.host().address(family).getHostAddress(),
                  member.node(),
                  member.condition().ready,
                  member.condition().serving,
                  member.condition().terminating));
    }
    return text.toString();
  }
}

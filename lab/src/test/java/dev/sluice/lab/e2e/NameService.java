// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.Target;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * A manifest file of a dual-stack Service as cluster DNS has it, UDP and TCP port 53, and its
 * EndpointSlices.
 *
 * @param number makes its addresses: 10.96.2.NUMBER and fd96::2:NUMBER
 * @param ready pods that serve
 * @param terminating pods that are going and serve until they are gone
 */
record NameService(String name, int number, List<PodHost> ready, List<PodHost> terminating) {

  NameService {
    ready = List.copyOf(ready);
    terminating = List.copyOf(terminating);
  }

  static NameService of(String name, int number) {
    return new NameService(name, number, List.of(), List.of());
  }

  /** Served by these pods alone. */
  NameService on(PodHost... pods) {
    return on(List.of(pods));
  }

  NameService on(List<PodHost> pods) {
    return new NameService(name, number, pods, List.of());
  }

  NameService whileGoing(List<PodHost> pods) {
    return new NameService(name, number, ready, pods);
  }

  String clusterIp(AddressFamily family) {
    return switch (family) {
      case IPV4 -> "10.96.2." + number;
      case IPV6 -> "fd96::2:" + number;
    };
  }

  /** Clients ask again after a second. */
  Target target(AddressFamily family) {
    return Target.of(clusterIp(family), Dnsmasq.PORT).within(Duration.ofSeconds(1));
  }

  /** Writes the file and waits until the agents of all nodes have taken it. */
  void applyTo(Cluster cluster) {
    cluster.apply(name + ".yaml", yaml());
    for (NodeHost node : cluster.lab().nodes()) {
      Await.until("%s on %s".formatted(this, node), () -> installedOn(node));
    }
  }

  private boolean installedOn(NodeHost node) {
    Set<String> expected =
        ready.stream()
            .map(pod -> pod.address(AddressFamily.IPV4).getHostAddress())
            .collect(Collectors.toSet());
    int ports = 0;
    for (JsonNode port : Await.ask(node, "services")) {
      if (!port.get("name").asText().equals(name)) {
        continue;
      }
      ports++;
      Set<String> backends =
          StreamSupport.stream(port.get("backends").spliterator(), false)
              .map(backend -> backend.asText().replaceFirst(":\\d+( .*)?$", ""))
              .collect(Collectors.toSet());
      boolean ipv6 = backends.stream().anyMatch(backend -> backend.contains(":"));
      if (ipv6 ? backends.size() != expected.size() : !backends.equals(expected)) {
        return false;
      }
    }
    return ports == 2 * AddressFamily.values().length;
  }

  String yaml() {
    StringBuilder text =
        new StringBuilder(
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: %s
              namespace: default
            spec:
              clusterIP: %s
              clusterIPs: ["%s", "%s"]
              ipFamilies: [IPv4, IPv6]
              ipFamilyPolicy: RequireDualStack
              ports:
              - {name: dns, protocol: UDP, port: 53}
              - {name: dns-tcp, protocol: TCP, port: 53}
            """
                .formatted(
                    name,
                    clusterIp(AddressFamily.IPV4),
                    clusterIp(AddressFamily.IPV4),
                    clusterIp(AddressFamily.IPV6)));
    for (AddressFamily family : AddressFamily.values()) {
      text.append(slice(family));
    }
    return text.toString();
  }

  private String slice(AddressFamily family) {
    StringBuilder text =
        new StringBuilder(
            """
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              name: %1$s-%2$s
              namespace: default
              labels:
                kubernetes.io/service-name: %1$s
            addressType: %3$s
            ports:
            - {name: dns, protocol: UDP, port: 53}
            - {name: dns-tcp, protocol: TCP, port: 53}
            endpoints:
            """
                .formatted(
                    name,
                    family.name().toLowerCase(Locale.ROOT),
                    family == AddressFamily.IPV4 ? "IPv4" : "IPv6"));
    ready.forEach(pod -> text.append(endpoint(pod, family, true)));
    terminating.forEach(pod -> text.append(endpoint(pod, family, false)));
    return text.toString();
  }

  private static String endpoint(PodHost pod, AddressFamily family, boolean ready) {
    return """
        - addresses: ["%s"]
          nodeName: %s
          conditions: {ready: %b, serving: true, terminating: %b}
        """
        .formatted(pod.address(family).getHostAddress(), pod.node(), ready, !ready);
  }
}

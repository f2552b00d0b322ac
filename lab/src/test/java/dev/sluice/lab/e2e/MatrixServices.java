// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.e2e.Cell.Backend;
import dev.sluice.lab.e2e.Cell.Frontend;

/** A dual-stack Service with one endpoint for every {@link Backend}, and where to call it. */
final class MatrixServices {
  private static final int PORT = 80;
  private static final int FIRST_NODE_PORT = 30080;
  private static final int SERVER_PORT = 9000;

  private MatrixServices() {}

  /** The endpoint's pod or node. */
  static Host host(Lab lab, Backend backend) {
    return backend.host().startsWith("node-") ? lab.node(backend.host()) : lab.pod(backend.host());
  }

  /** The address to call. */
  static String address(Lab lab, Frontend frontend, Backend backend, AddressFamily family) {
    int number = backend.number();
    return switch (frontend) {
      case CLUSTER_IP -> pick(family, "10.96.0." + number, "fd96::" + number);
      case NODE_PORT -> lab.node("node-1").address(family).getHostAddress();
      case LOOPBACK_NODE_PORT -> pick(family, "127.0.0.1", "::1");
      case EXTERNAL_IP -> pick(family, "203.0.113." + number, "fd20:113::" + number);
      case LOAD_BALANCER_IP -> pick(family, "203.0.113.10" + number, "fd20:113::10" + number);
    };
  }

  static int port(Frontend frontend, Backend backend) {
    return switch (frontend) {
      case NODE_PORT, LOOPBACK_NODE_PORT -> FIRST_NODE_PORT + backend.number();
      case CLUSTER_IP, EXTERNAL_IP, LOAD_BALANCER_IP -> PORT;
    };
  }

  /** The manifests of all of them. */
  static String manifests(Lab lab) {
    StringBuilder yaml = new StringBuilder();
    for (Backend backend : Backend.values()) {
      yaml.append(service(lab, backend));
      for (AddressFamily family : AddressFamily.values()) {
        yaml.append(slice(lab, backend, family));
      }
    }
    return yaml.toString();
  }

  private static String service(Lab lab, Backend backend) {
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: matrix}
        spec:
          type: LoadBalancer
          clusterIP: "%s"
          clusterIPs: ["%s", "%s"]
          ipFamilies: [IPv4, IPv6]
          externalIPs: ["%s", "%s"]
          ports:
          - {name: tcp, port: %d, targetPort: %d, nodePort: %d, protocol: TCP}
          - {name: udp, port: %d, targetPort: %d, nodePort: %d, protocol: UDP}
        status:
          loadBalancer: {ingress: [{ip: "%s"}, {ip: "%s"}]}
        ---
        """
        .formatted(
            backend,
            address(lab, Frontend.CLUSTER_IP, backend, AddressFamily.IPV4),
            address(lab, Frontend.CLUSTER_IP, backend, AddressFamily.IPV4),
            address(lab, Frontend.CLUSTER_IP, backend, AddressFamily.IPV6),
            address(lab, Frontend.EXTERNAL_IP, backend, AddressFamily.IPV4),
            address(lab, Frontend.EXTERNAL_IP, backend, AddressFamily.IPV6),
            PORT,
            SERVER_PORT,
            port(Frontend.NODE_PORT, backend),
            PORT,
            SERVER_PORT,
            port(Frontend.NODE_PORT, backend),
            address(lab, Frontend.LOAD_BALANCER_IP, backend, AddressFamily.IPV4),
            address(lab, Frontend.LOAD_BALANCER_IP, backend, AddressFamily.IPV6));
  }

  private static String slice(Lab lab, Backend backend, AddressFamily family) {
    Host host = host(lab, backend);
    String node =
        switch (host) {
          case PodHost pod -> pod.node().name();
          case NodeHost self -> self.name();
          default -> throw new IllegalArgumentException(host + " cannot be a backend");
        };
    return """
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: %s-%s
          namespace: matrix
          labels: {kubernetes.io/service-name: %s}
        addressType: %s
        ports:
        - {name: tcp, port: %d, protocol: TCP}
        - {name: udp, port: %d, protocol: UDP}
        endpoints:
        - {addresses: ["%s"], nodeName: %s, conditions: {ready: true}}
        ---
        """
        .formatted(
            backend,
            pick(family, "v4", "v6"),
            backend,
            pick(family, "IPv4", "IPv6"),
            SERVER_PORT,
            SERVER_PORT,
            host.address(family).getHostAddress(),
            node);
  }

  private static String pick(AddressFamily family, String ipv4, String ipv6) {
    return switch (family) {
      case IPV4 -> ipv4;
      case IPV6 -> ipv6;
    };
  }
}

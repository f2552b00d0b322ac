// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Services and EndpointSlices in YAML, as Sluice reads them. */
public final class Manifests {
  private Manifests() {}

  /** A text for each Service, by its name. */
  public static Map<String, String> of(List<ServicePort> ports) {
    return ports.stream()
        .collect(
            Collectors.groupingBy(ServicePort::service, LinkedHashMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                service -> text(service.getValue()),
                (one, other) -> one,
                LinkedHashMap::new));
  }

  private static String text(List<ServicePort> ports) {
    ServicePort first = ports.getFirst();
    return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %1$s, namespace: %2$s}
        spec:
          type: %3$s
          clusterIP: %4$s
          ports: [%5$s]
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata: {name: %1$s-1, namespace: %2$s, labels: {kubernetes.io/service-name: %1$s}}
        addressType: IPv4
        ports: [%6$s]
        endpoints:
        %7$s
        """
        .formatted(
            first.service(),
            ServicePort.NAMESPACE,
            first.nodePort() == 0 ? "ClusterIP" : "NodePort",
            first.clusterIp(),
            ports.stream().map(Manifests::port).collect(Collectors.joining(", ")),
            ports.stream().map(Manifests::target).collect(Collectors.joining(", ")),
            first.endpoints().stream()
                .map(
                    endpoint ->
                        "- {addresses: [%s], nodeName: %s, conditions: {ready: true}}"
                            .formatted(endpoint, first.endpointsNode()))
                .collect(Collectors.joining("\n")));
  }

  private static String port(ServicePort port) {
    return "{name: %s, protocol: %s, port: %d%s}"
        .formatted(
            port.portName(),
            port.protocol().toUpperCase(Locale.ROOT),
            port.port(),
            port.nodePort() == 0 ? "" : ", nodePort: " + port.nodePort());
  }

  private static String target(ServicePort port) {
    return "{name: %s, protocol: %s, port: %d}"
        .formatted(port.portName(), port.protocol().toUpperCase(Locale.ROOT), port.targetPort());
  }
}

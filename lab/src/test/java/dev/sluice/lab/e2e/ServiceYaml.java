// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.e2e.ServiceFile.Member;
import dev.sluice.lab.e2e.ServiceFile.Port;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link ServiceFile} as {@code kubectl get -o yaml} would print it, more or less. */
final class ServiceYaml {
  private final ServiceFile file;

  ServiceYaml(ServiceFile file) {
    this.file = file;
  }

  String text() {
    StringBuilder text = new StringBuilder(service());
    for (AddressFamily family : AddressFamily.values()) {
      Map<Integer, List<Member>> byPort = new TreeMap<>();
      file.members().stream()
          .filter(member -> member.families().contains(family))
          .forEach(
              member ->
                  byPort.computeIfAbsent(member.port(), any -> new ArrayList<>()).add(member));
      byPort.forEach((targetPort, some) -> text.append(slice(family, targetPort, some)));
    }
    return text.toString();
  }

  private String service() {
    Map<String, String> fields = new LinkedHashMap<>();
    boolean onNodes = file.ports().stream().anyMatch(port -> port.nodePort() != 0);
    fields.put("type", onNodes ? "NodePort" : "ClusterIP");
    fields.put("clusterIP", '"' + file.clusterIp(AddressFamily.IPV4) + '"');
    fields.put("clusterIPs", both(file::clusterIp));
    fields.put("ipFamilies", "[IPv4, IPv6]");
    fields.put("ipFamilyPolicy", "RequireDualStack");
    fields.put("externalIPs", both(file::externalIp));
    fields.putAll(file.spec());
    return """
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: default, labels: {%s}}
        spec:
        %s  ports:
        %sstatus: %s
        """
        .formatted(
            file.name(),
            entries(file.labels()),
            lines(
                fields.entrySet(), entry -> "  %s: %s".formatted(entry.getKey(), entry.getValue())),
            lines(file.ports(), ServiceYaml::port),
            file.status());
  }

  private static String port(Port port) {
    return "  - {name: %s, protocol: %s, port: %d%s}"
        .formatted(
            port.name(),
            port.protocol(),
            port.port(),
            port.nodePort() == 0 ? "" : ", nodePort: " + port.nodePort());
  }

  private String slice(AddressFamily family, int targetPort, List<Member> some) {
    return """
        ---
        apiVersion: discovery.k8s.io/v1
        kind: EndpointSlice
        metadata:
          name: %1$s-%2$s-%3$d
          namespace: default
          labels: {kubernetes.io/service-name: %1$s, %4$s}
        addressType: %5$s
        ports:
        %6$sendpoints:
        %7$s"""
        .formatted(
            file.name(),
            family.name().toLowerCase(Locale.ROOT),
            targetPort,
            entries(file.sliceLabels()),
            switch (family) {
              case IPV4 -> "IPv4";
              case IPV6 -> "IPv6";
            },
            lines(
                file.ports(),
                port ->
                    "- {name: %s, protocol: %s, port: %d}"
                        .formatted(port.name(), port.protocol(), targetPort)),
            lines(
                some,
                member ->
                    "- {addresses: [\"%s\"], nodeName: %s, conditions: %s}"
                        .formatted(
                            member.host().address(family).getHostAddress(),
                            member.node(),
                            member.state().conditions())));
  }

  private static String both(Function<AddressFamily, String> address) {
    return Stream.of(AddressFamily.values())
        .map(family -> '"' + address.apply(family) + '"')
        .collect(Collectors.joining(", ", "[", "]"));
  }

  private static String entries(Map<String, String> labels) {
    return labels.entrySet().stream()
        .map(label -> "%s: \"%s\"".formatted(label.getKey(), label.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static <T> String lines(Iterable<T> values, Function<T, String> line) {
    StringBuilder text = new StringBuilder();
    values.forEach(value -> text.append(line.apply(value)).append('\n'));
    return text.toString();
  }
}

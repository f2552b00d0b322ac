// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** All EndpointSlices. */
final class Slices {
  private static final String SERVICE_NAME = "kubernetes.io/service-name";

  private final List<JsonNode> slices;

  Slices(List<JsonNode> slices) {
    this.slices =
        slices.stream()
            .filter(slice -> !Fields.hasLabel(slice, "service.kubernetes.io/headless")) // rule 4
            .toList();
  }

  /** The union of a Service port's slices (rule 30) in a family (rule 21). */
  Collection<Endpoint> endpoints(
      ServiceObject service, ServiceObject.Port port, boolean ipv4, Set<Integer> rules) {
    Map<Backend, Endpoint> union = new LinkedHashMap<>();
    slices.stream()
        .filter(slice -> belongsTo(slice, service))
        .filter(slice -> Fields.text(slice, "addressType").equals(ipv4 ? "IPv4" : "IPv6")) // 23
        .flatMap(slice -> endpoints(slice, port))
        .forEach(
            endpoint ->
                union.merge(endpoint.backend(), endpoint, (one, two) -> merge(one, two, rules)));
    return new ArrayList<>(union.values());
  }

  private static boolean belongsTo(JsonNode slice, ServiceObject service) {
    String name = Fields.text(slice.path("metadata").path("labels"), SERVICE_NAME);
    return !name.isEmpty() && Fields.key(slice, name).equals(service.key()); // rule 24
  }

  private static Stream<Endpoint> endpoints(JsonNode slice, ServiceObject.Port port) {
    Optional<JsonNode> slicePort =
        Fields.items(slice, "ports").filter(candidate -> matches(candidate, port)).findFirst();
    return slicePort.stream()
        .flatMap(
            matching ->
                Fields.items(slice, "endpoints")
                    .filter(endpoint -> !endpoint.path("addresses").isEmpty()) // rule 25
                    .map(endpoint -> Endpoint.read(endpoint, Fields.number(matching, "port"))));
  }

  /** By name and protocol (rules 27 to 29); a port without name or number is none (rule 26). */
  private static boolean matches(JsonNode slicePort, ServiceObject.Port port) {
    String protocol =
        Fields.isNull(slicePort, "protocol") ? "TCP" : Fields.text(slicePort, "protocol");
    return !Fields.isNull(slicePort, "name")
        && Fields.number(slicePort, "port") != 0
        && Fields.text(slicePort, "name").equals(port.name())
        && protocol.equals(port.protocol());
  }

  /** Of two copies the one that is not terminating wins; else it is undefined (rule 31). */
  private static Endpoint merge(Endpoint one, Endpoint two, Set<Integer> rules) {
    if (one.equals(two)) {
      return one;
    }
    if (one.terminating() == two.terminating()) {
      throw new LeftOpen("two copies of an endpoint that disagree");
    }
    rules.add(31);
    return one.terminating() ? two : one;
  }
}

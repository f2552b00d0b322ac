// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Host;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A manifest file of one dual-stack Service and its EndpointSlices. Each {@code with} method gives
 * a changed copy.
 *
 * @param number makes its addresses: 10.96.1.NUMBER, fd96::1:NUMBER, 203.0.113.NUMBER and
 *     fd20:113::NUMBER (decimal digits in all)
 * @param spec fields of the Service's spec besides its ports, and their values in YAML
 * @param labels of the Service
 * @param sliceLabels of its slices, besides the one that names the Service
 * @param status of the Service, in YAML
 */
record ServiceFile(
    String name,
    int number,
    List<Port> ports,
    Map<String, String> spec,
    Map<String, String> labels,
    Map<String, String> sliceLabels,
    String status,
    List<Member> members) {

  /**
   * A port of the Service.
   *
   * @param nodePort 0 for none
   */
  record Port(String name, String protocol, int port, int nodePort) {}

  /** The conditions of an endpoint. */
  enum State {
    READY(true, true, false),
    NOT_READY(false, false, false),
    /** Ends, and still answers. */
    TERMINATING(false, true, true),
    /** Ends, with {@code publishNotReadyAddresses} or because its readiness probe is patient. */
    READY_AND_TERMINATING(true, true, true),
    /** Ends, and does not answer any more. */
    TERMINATED(false, false, true);

    private final String conditions;

    State(boolean ready, boolean serving, boolean terminating) {
      conditions =
          "{ready: %b, serving: %b, terminating: %b}".formatted(ready, serving, terminating);
    }

    /** In YAML. */
    String conditions() {
      return conditions;
    }
  }

  /** One endpoint, in the slices of some families. */
  record Member(Host host, int port, State state, Set<AddressFamily> families) {
    /** The name of its node. */
    String node() {
      return switch (host) {
        case PodHost pod -> pod.node().name();
        case NodeHost node -> node.name();
        default -> throw new IllegalArgumentException("not an endpoint: " + host);
      };
    }
  }

  ServiceFile {
    ports = List.copyOf(ports);
    spec = new LinkedHashMap<>(spec);
    labels = Map.copyOf(labels);
    sliceLabels = Map.copyOf(sliceLabels);
    members = List.copyOf(members);
  }

  static ServiceFile tcp(String name, int number) {
    return empty(name, number).withPort("main", "TCP", 80, 0);
  }

  static ServiceFile udp(String name, int number) {
    return empty(name, number).withPort("main", "UDP", 80, 0);
  }

  /** Port 80 of both protocols. */
  static ServiceFile tcpAndUdp(String name, int number) {
    return tcp(name, number).withPort("datagrams", "UDP", 80, 0);
  }

  private static ServiceFile empty(String name, int number) {
    return new ServiceFile(name, number, List.of(), Map.of(), Map.of(), Map.of(), "{}", List.of());
  }

  /** Adds a port. */
  ServiceFile withPort(String portName, String protocol, int port, int nodePort) {
    List<Port> more = new ArrayList<>(ports);
    more.add(new Port(portName, protocol, port, nodePort));
    return withPorts(more);
  }

  /** Takes the port of a name away. */
  ServiceFile withoutPort(String portName) {
    return withPorts(ports.stream().filter(port -> !port.name().equals(portName)).toList());
  }

  /** Gives every port this node port. */
  ServiceFile withNodePort(int nodePort) {
    return withPorts(
        ports.stream()
            .map(port -> new Port(port.name(), port.protocol(), port.port(), nodePort))
            .toList());
  }

  private ServiceFile withPorts(List<Port> newPorts) {
    return new ServiceFile(name, number, newPorts, spec, labels, sliceLabels, status, members);
  }

  /** Sets a field of the spec, and replaces what this class would put there. */
  ServiceFile withSpec(String field, String yaml) {
    Map<String, String> more = new LinkedHashMap<>(spec);
    more.put(field, yaml);
    return new ServiceFile(name, number, ports, more, labels, sliceLabels, status, members);
  }

  /** Pins clients to backends. */
  ServiceFile withClientIpAffinity(int seconds) {
    return withSpec("sessionAffinity", "ClientIP")
        .withSpec("sessionAffinityConfig", "{clientIP: {timeoutSeconds: %d}}".formatted(seconds));
  }

  ServiceFile withLabel(String label, String value) {
    return new ServiceFile(
        name, number, ports, spec, Map.of(label, value), sliceLabels, status, members);
  }

  ServiceFile withSliceLabel(String label, String value) {
    return new ServiceFile(
        name, number, ports, spec, labels, Map.of(label, value), status, members);
  }

  /** Gives it {@link #ingressIp}. */
  ServiceFile withIngress() {
    String ingress =
        Stream.of(AddressFamily.values())
            .map(family -> "{ip: \"%s\"}".formatted(ingressIp(family)))
            .collect(Collectors.joining(", ", "{loadBalancer: {ingress: [", "]}}"));
    return withStatus(ingress).withSpec("type", "LoadBalancer");
  }

  ServiceFile withStatus(String yaml) {
    return new ServiceFile(name, number, ports, spec, labels, sliceLabels, yaml, members);
  }

  /** Adds a ready endpoint. */
  ServiceFile with(Host host, int hostPort) {
    return with(host, hostPort, EnumSet.allOf(AddressFamily.class));
  }

  /** Adds a ready endpoint to the slices of some families. */
  ServiceFile with(Host host, int hostPort, Set<AddressFamily> families) {
    List<Member> more = new ArrayList<>(members);
    more.add(new Member(host, hostPort, State.READY, families));
    return withMembers(more);
  }

  /** Takes the endpoints of a host away. */
  ServiceFile without(Host host) {
    return withMembers(members.stream().filter(member -> !member.host().equals(host)).toList());
  }

  /** Takes one endpoint away. */
  ServiceFile without(Host host, int hostPort) {
    return withMembers(
        members.stream()
            .filter(member -> !member.host().equals(host) || member.port() != hostPort)
            .toList());
  }

  ServiceFile withoutEndpoints() {
    return withMembers(List.of());
  }

  /** Turns the endpoints of a host ready or not. */
  ServiceFile withReady(Host host, boolean ready) {
    return withState(host, ready ? State.READY : State.NOT_READY);
  }

  /** Sets the conditions of a host's endpoints. */
  ServiceFile withState(Host host, State state) {
    UnaryOperator<Member> change =
        member ->
            member.host().equals(host)
                ? new Member(member.host(), member.port(), state, member.families())
                : member;
    return withMembers(members.stream().map(change).toList());
  }

  private ServiceFile withMembers(List<Member> newMembers) {
    return new ServiceFile(name, number, ports, spec, labels, sliceLabels, status, newMembers);
  }

  String clusterIp(AddressFamily family) {
    return switch (family) {
      case IPV4 -> "10.96.1." + number;
      case IPV6 -> "fd96::1:" + number;
    };
  }

  String externalIp(AddressFamily family) {
    return external(family, number);
  }

  /** See {@link #withIngress}. */
  String ingressIp(AddressFamily family) {
    return external(family, 100 + number);
  }

  private static String external(AddressFamily family, int last) {
    return switch (family) {
      case IPV4 -> "203.0.113." + last;
      case IPV6 -> "fd20:113::" + last;
    };
  }

  /** What {@code kubectl get -o yaml} would print for all of it. */
  String yaml() {
    return new ServiceYaml(this).text();
  }
}

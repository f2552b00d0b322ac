// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.Protocol;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ProxyConfig.Mode;
import dev.sluice.model.Service;
import dev.sluice.model.ServicePort;
import dev.sluice.model.ServiceState;
import dev.sluice.model.ServiceType;
import dev.sluice.model.TrafficPolicy;
import dev.sluice.model.WellKnown;
import dev.sluice.plan.Route.Algorithm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Plans Services for one node under one configuration: the semantics of kube-proxy. Immutable, and
 * so safe for all threads.
 */
public final class Planner {
  private static final IpAddress ANY = IpAddress.parse("0.0.0.0");

  private final NodeFacts node;
  private final ProxyConfig config;
  private final TopologyFilter topology;
  private final Map<IpFamily, NodePortAddresses> nodePortAddresses = new EnumMap<>(IpFamily.class);

  public Planner(NodeFacts node, ProxyConfig config) {
    this.node = node;
    this.config = config;
    this.topology = new TopologyFilter(node);
    for (IpFamily family : IpFamily.values()) {
      nodePortAddresses.put(family, NodePortAddresses.of(family, node, config));
    }
  }

  /** Shorthand for {@code new Planner(node, config).plan(state)}. */
  public static ServicePlan plan(ServiceState state, NodeFacts node, ProxyConfig config) {
    return new Planner(node, config).plan(state);
  }

  /**
   * The node's addresses on which health check node ports are to listen; the unspecified address
   * alone for all, now and later (rule 110).
   */
  public Set<IpAddress> healthCheckAddresses() {
    Set<IpAddress> addresses = new TreeSet<>();
    boolean restricted = false;
    for (IpFamily family : IpFamily.values()) {
      Optional<Set<IpAddress>> some = NodePortAddresses.ofListeners(family, node, config);
      restricted |= some.isPresent();
      addresses.addAll(
          some.orElseGet(
              () ->
                  node.addresses().stream()
                      .filter(address -> address.family() == family)
                      .collect(Collectors.toSet())));
    }
    return restricted ? addresses : Set.of(ANY);
  }

  /** Plans one Service. Never fails: what is wrong with the objects is in the plan's notes. */
  public ServicePlan plan(ServiceState state) {
    return state
        .service()
        .filter(Planner::isServed)
        .map(service -> plan(service, state.slices()))
        .orElseGet(() -> ServicePlan.nothing(state.name()));
  }

  /**
   * Whether a Service is a proxy's business at all. Its type does not matter otherwise: what has a
   * node port, an external IP or a VIP is served there.
   */
  private static boolean isServed(Service service) {
    boolean headless = service.clusterIp().isEmpty() || service.clusterIp().equals("None");
    return !headless
        && service.type() != ServiceType.EXTERNAL_NAME
        && !service.labels().containsKey(WellKnown.SERVICE_PROXY_NAME);
  }

  private ServicePlan plan(Service service, List<EndpointSlice> slices) {
    Notes notes = new Notes();
    // The label hides the endpoints; the EndpointSlice controller would copy it to the slices.
    boolean endpointsHidden = service.labels().containsKey(WellKnown.HEADLESS);
    EndpointMerge merge = new EndpointMerge(node, endpointsHidden ? List.of() : slices, notes);
    Optional<Algorithm> algorithm = RouteChoice.requestedAlgorithm(service, notes);
    List<ServicePort> servicePorts = distinctPorts(service, notes);

    List<PortPlan> ports = new ArrayList<>();
    List<IpAddress> clusterIps = new ArrayList<>();
    int localEndpoints = 0;
    for (IpFamily family : IpFamily.values()) {
      ServiceAddresses addresses = ServiceAddresses.of(service, family, notes);
      if (addresses.clusterIp().isEmpty()) {
        continue;
      }
      clusterIps.add(addresses.clusterIp().get());
      FrontendExpansion expansion = expansion(service, family, addresses, notes);
      Set<IpAddress> localReady = new HashSet<>();
      for (ServicePort servicePort : servicePorts) {
        List<MergedEndpoint> endpoints = merge.endpoints(servicePort, family);
        EndpointLists lists = EndpointLists.of(endpoints, topology);
        RouteChoice routes = new RouteChoice(algorithm, lists);
        ports.add(
            new PortPlan(
                new PortKey(service.name(), servicePort.name(), servicePort.protocol(), family),
                expansion.frontends(servicePort, lists, routes),
                lists.serving(),
                service.affinitySeconds(),
                lists.hasEndpoints()));
        endpoints.stream()
            .filter(endpoint -> endpoint.ready() && endpoint.local())
            .forEach(endpoint -> localReady.add(endpoint.backend().address()));
      }
      localEndpoints = Math.max(localEndpoints, localReady.size());
    }
    return new ServicePlan(
        service.name(),
        Precedence.settle(ports, notes).stream()
            .sorted(Comparator.comparing(PortPlan::key))
            .toList(),
        config.mode() == Mode.NFTABLES ? clusterIps : List.of(),
        healthCheck(service, localEndpoints, notes),
        notes.list());
  }

  private FrontendExpansion expansion(
      Service service, IpFamily family, ServiceAddresses addresses, Notes notes) {
    return new FrontendExpansion(
        config.mode(),
        service,
        addresses,
        nodePortAddresses.get(family),
        SourceRanges.of(service, family, addresses.ingress(), node, notes),
        config.localTraffic().recognisesPods(family, node));
  }

  /** Ports are told apart by name and protocol; a second one of both the same is left out. */
  private static List<ServicePort> distinctPorts(Service service, Notes notes) {
    record NameAndProtocol(String name, Protocol protocol) {}
    Set<NameAndProtocol> seen = new HashSet<>();
    List<ServicePort> distinct = new ArrayList<>();
    for (ServicePort port : service.ports()) {
      if (seen.add(new NameAndProtocol(port.name(), port.protocol()))) {
        distinct.add(port);
      } else {
        notes.add(
            "port %d is left out: another port has the name '%s' and protocol %s, too"
                .formatted(port.port(), port.name(), port.protocol()));
      }
    }
    return distinct;
  }

  private static Optional<HealthCheck> healthCheck(
      Service service, int localEndpoints, Notes notes) {
    if (service.healthCheckNodePort() == 0) {
      return Optional.empty();
    }
    if (service.type() != ServiceType.LOAD_BALANCER
        || service.externalTrafficPolicy() != TrafficPolicy.LOCAL) {
      notes.add(
          "healthCheckNodePort %d is not served: it needs type LoadBalancer and"
                  .formatted(service.healthCheckNodePort())
              + " externalTrafficPolicy Local");
      return Optional.empty();
    }
    return Optional.of(new HealthCheck(service.healthCheckNodePort(), localEndpoints));
  }
}

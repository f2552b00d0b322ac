// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.model.ServiceName;
import dev.sluice.packets.End;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Plans made by hand: a Service with one port and one frontend. */
final class Plans {
  private static final int AFFINITY_SECONDS = 10800;

  private Plans() {}

  static Backend local(End end) {
    return new Backend(end.address(), end.port(), true);
  }

  static Backend remote(End end) {
    return new Backend(end.address(), end.port(), false);
  }

  static Route random(Backend... backends) {
    return route(Route.Algorithm.RANDOM, Route.WhenEmpty.REJECT, backends);
  }

  static Route maglev(Backend... backends) {
    return route(Route.Algorithm.MAGLEV, Route.WhenEmpty.REJECT, backends);
  }

  /** To a list of this node's backends. */
  static Route randomHere(Backend... backends) {
    Route route = random(backends);
    return new Route(
        route.backends(),
        route.algorithm(),
        Route.WhenEmpty.DROP,
        Route.ListKind.LOCAL,
        route.reason());
  }

  static Route rejecting() {
    return route(Route.Algorithm.RANDOM, Route.WhenEmpty.REJECT);
  }

  static Route silent() {
    return route(Route.Algorithm.RANDOM, Route.WhenEmpty.DROP);
  }

  private static Route route(
      Route.Algorithm algorithm, Route.WhenEmpty whenEmpty, Backend... backends) {
    return new Route(
        Stream.of(backends).sorted().toList(),
        algorithm,
        whenEmpty,
        Route.ListKind.CLUSTER,
        backends.length == 0 ? Route.Reason.NONE_ANYWHERE : Route.Reason.READY);
  }

  /** A Service whose clients all take the same route. */
  static ServicePlan service(Protocol protocol, End frontend, Route route) {
    return service(protocol, frontend, route, route, Set.of());
  }

  static ServicePlan service(
      Protocol protocol, End frontend, Route outside, Route inside, Set<Frontend.Flag> flags) {
    ServiceName name = new ServiceName("test", protocol + "-" + frontend.address());
    PortKey key = new PortKey(name, "", protocol, frontend.address().family());
    List<Backend> backends =
        Stream.concat(outside.backends().stream(), inside.backends().stream())
            .sorted()
            .distinct()
            .toList();
    Frontend only =
        new Frontend(
            frontend.address(),
            frontend.port(),
            Frontend.Kind.CLUSTER_IP,
            outside,
            inside,
            flags,
            List.of());
    PortPlan port = new PortPlan(key, List.of(only), backends, 0, !backends.isEmpty());
    return new ServicePlan(name, List.of(port), List.of(), Optional.empty(), List.of());
  }

  /** The same plan with every other port of the address rejected. */
  static ServicePlan closed(ServicePlan plan) {
    IpAddress address = plan.ports().getFirst().frontends().getFirst().address();
    return new ServicePlan(
        plan.name(), plan.ports(), List.of(address), plan.healthCheck(), plan.notes());
  }

  /** The same plan for a Service of another name. */
  static ServicePlan renamed(ServicePlan plan, ServiceName name) {
    List<PortPlan> ports =
        plan.ports().stream()
            .map(
                port ->
                    new PortPlan(
                        new PortKey(
                            name,
                            port.key().portName(),
                            port.key().protocol(),
                            port.key().family()),
                        port.frontends(),
                        port.servingBackends(),
                        port.affinitySeconds(),
                        port.hasEndpoints()))
            .toList();
    return new ServicePlan(name, ports, plan.closedAddresses(), plan.healthCheck(), plan.notes());
  }

  /** The same plan when these endpoints are serving, whatever routes use. */
  static ServicePlan serving(ServicePlan plan, Backend... backends) {
    PortPlan port = plan.ports().getFirst();
    PortPlan changed =
        new PortPlan(
            port.key(),
            port.frontends(),
            Stream.of(backends).sorted().toList(),
            port.affinitySeconds(),
            port.hasEndpoints());
    return new ServicePlan(
        plan.name(), List.of(changed), plan.closedAddresses(), plan.healthCheck(), plan.notes());
  }

  /** The same plan for clients that keep their backend. */
  static ServicePlan sticky(ServicePlan plan) {
    PortPlan port = plan.ports().getFirst();
    PortPlan sticky =
        new PortPlan(
            port.key(),
            port.frontends(),
            port.servingBackends(),
            AFFINITY_SECONDS,
            port.hasEndpoints());
    return new ServicePlan(
        plan.name(), List.of(sticky), plan.closedAddresses(), plan.healthCheck(), plan.notes());
  }

  /** The same plan for sources in these networks only. */
  static ServicePlan onlyFrom(ServicePlan plan, Cidr... networks) {
    PortPlan port = plan.ports().getFirst();
    List<Frontend> frontends =
        port.frontends().stream()
            .map(
                frontend ->
                    new Frontend(
                        frontend.address(),
                        frontend.port(),
                        frontend.kind(),
                        frontend.outside(),
                        frontend.inside(),
                        frontend.flags(),
                        Stream.of(networks).sorted().toList()))
            .toList();
    PortPlan choosy =
        new PortPlan(
            port.key(),
            frontends,
            port.servingBackends(),
            port.affinitySeconds(),
            port.hasEndpoints());
    return new ServicePlan(
        plan.name(), List.of(choosy), plan.closedAddresses(), plan.healthCheck(), plan.notes());
  }

  /** The first plan with the frontends of the second besides its own. */
  static ServicePlan merged(ServicePlan plan, ServicePlan other) {
    PortPlan port = plan.ports().getFirst();
    List<Frontend> frontends =
        Stream.concat(port.frontends().stream(), other.ports().getFirst().frontends().stream())
            .toList();
    PortPlan merged =
        new PortPlan(
            port.key(),
            frontends,
            port.servingBackends(),
            port.affinitySeconds(),
            port.hasEndpoints());
    return new ServicePlan(
        plan.name(), List.of(merged), plan.closedAddresses(), plan.healthCheck(), plan.notes());
  }
}

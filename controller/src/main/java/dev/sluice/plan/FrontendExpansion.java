// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.IpAddress;
import dev.sluice.model.ProxyConfig.Mode;
import dev.sluice.model.Service;
import dev.sluice.model.ServicePort;
import dev.sluice.model.TrafficPolicy;
import dev.sluice.plan.Frontend.Flag;
import dev.sluice.plan.Frontend.Kind;
import dev.sluice.plan.Route.Algorithm;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Expands one Service in one family into the frontends of each of its ports.
 *
 * <p>{@code internalTrafficPolicy} governs the clusterIP alone, {@code externalTrafficPolicy} all
 * else. Under externalTrafficPolicy Local, pods of this node and the node itself are
 * short-circuited to the Cluster list.
 */
final class FrontendExpansion {
  private final Mode mode;
  private final Service service;
  private final ServiceAddresses addresses;
  private final NodePortAddresses nodePortAddresses;
  private final SourceRanges sourceRanges;
  private final boolean podsAreRecognised;

  FrontendExpansion(
      Mode mode,
      Service service,
      ServiceAddresses addresses,
      NodePortAddresses nodePortAddresses,
      SourceRanges sourceRanges,
      boolean podsAreRecognised) {
    this.mode = mode;
    this.service = service;
    this.addresses = addresses;
    this.nodePortAddresses = nodePortAddresses;
    this.sourceRanges = sourceRanges;
    this.podsAreRecognised = podsAreRecognised;
  }

  /** All frontends of the port, in order of kind, then address. */
  List<Frontend> frontends(ServicePort port, EndpointLists lists, RouteChoice routes) {
    List<Frontend> frontends = new ArrayList<>();
    addresses.clusterIp().ifPresent(address -> frontends.add(clusterIp(address, port, routes)));
    // kube-proxy's iptables mode rejects before it looks at the source, nftables mode after.
    boolean rejectsEverybody = mode == Mode.IPTABLES && !lists.hasEndpoints();
    SourceRanges admitted = rejectsEverybody ? SourceRanges.EVERYBODY : sourceRanges;
    for (IpAddress address : addresses.ingress()) {
      frontends.add(external(address, port.port(), Kind.LOAD_BALANCER, admitted, routes));
    }
    for (IpAddress address : addresses.externalIps()) {
      frontends.add(
          external(address, port.port(), Kind.EXTERNAL_IP, SourceRanges.EVERYBODY, routes));
    }
    if (port.nodePort() != 0) {
      for (IpAddress address : nodePortAddresses.addresses()) {
        frontends.add(
            external(address, port.nodePort(), Kind.NODE_PORT, SourceRanges.EVERYBODY, routes));
      }
      nodePortAddresses
          .loopback()
          .ifPresent(address -> frontends.add(loopback(address, port.nodePort(), routes)));
    }
    return frontends;
  }

  private Frontend clusterIp(IpAddress address, ServicePort port, RouteChoice routes) {
    Route route = routes.route(service.internalTrafficPolicy(), Algorithm.RANDOM);
    return new Frontend(address, port.port(), Kind.CLUSTER_IP, route, route, Set.of(), List.of());
  }

  private Frontend external(
      IpAddress address, int port, Kind kind, SourceRanges admitted, RouteChoice routes) {
    Route outside = routes.route(service.externalTrafficPolicy(), Algorithm.MAGLEV);
    Route inside = routes.route(TrafficPolicy.CLUSTER, Algorithm.RANDOM);
    Set<Flag> flags = EnumSet.noneOf(Flag.class);
    if (!outside.backends().equals(inside.backends())) {
      flags.add(Flag.SOURCE_MATTERS);
      if (!podsAreRecognised) {
        flags.add(Flag.PODS_ARE_OUTSIDE);
      }
    }
    if (!admitted.nodeAdmitted()) {
      flags.add(Flag.NODE_NOT_ADMITTED);
    }
    return new Frontend(address, port, kind, outside, inside, flags, admitted.ranges());
  }

  private Frontend loopback(IpAddress address, int port, RouteChoice routes) {
    // In iptables mode the node is short-circuited; the nftables mode's proxy for localhost is not.
    TrafficPolicy policy =
        switch (mode) {
          case IPTABLES -> TrafficPolicy.CLUSTER;
          case NFTABLES -> service.externalTrafficPolicy();
        };
    Route route = routes.route(policy, Algorithm.RANDOM);
    return new Frontend(
        address, port, Kind.NODE_PORT, route, route, Set.of(Flag.NODE_SOCKETS_ONLY), List.of());
  }
}

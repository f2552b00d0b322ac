// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

import dev.sluice.model.Endpoint;
import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LoadBalancerIngress;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.Protocol;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServicePort;
import dev.sluice.model.ServiceState;
import dev.sluice.model.ServiceType;
import dev.sluice.model.SlicePort;
import dev.sluice.model.TrafficPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A cluster's Services as records, as a source tells them. Each has one TCP port and endpoints that
 * no other Service has, on a hundred nodes.
 */
final class MadeUpCluster {
  private static final String PORT_NAME = "http";
  private static final int PORT = 80;
  private static final int TARGET_PORT = 8080;
  private static final int NAMESPACES = 50;
  private static final int NODES = 100;

  /** Endpoints of a slice, as Kubernetes makes them. */
  private static final int SLICE_SIZE = 100;

  private static final int CLUSTER_IPS = ipv4(10, 96);
  private static final int PODS = ipv4(10, 128);
  private static final int LOAD_BALANCERS = ipv4(172, 16);

  private final Reach reach;
  private final int endpoints;

  /**
   * @param endpoints of each Service
   */
  MadeUpCluster(Reach reach, int endpoints) {
    this.reach = reach;
    this.endpoints = endpoints;
  }

  /** The node whose maps are written; a hundredth of the endpoints are on it. */
  static NodeFacts node() {
    IpAddress address = IpAddress.parse("192.0.2.1");
    return NodeFacts.of("node-0", Set.of(address), List.of(address), List.of(), Map.of());
  }

  /** The first Services. */
  List<ServiceState> services(int count) {
    return IntStream.range(0, count).mapToObj(this::service).toList();
  }

  /** A Service by its number. */
  ServiceState service(int number) {
    return state(number, 0);
  }

  /**
   * A Service some of whose endpoints have been replaced by others.
   *
   * @param replaced the first so many
   */
  ServiceState service(int number, int replaced) {
    return state(number, replaced);
  }

  private ServiceState state(int number, int replaced) {
    ServiceName name =
        new ServiceName("team-" + number % NAMESPACES, "service-%05d".formatted(number));
    return new ServiceState(
        name, Optional.of(service(name, number)), slices(name, number, replaced));
  }

  private Service service(ServiceName name, int number) {
    String clusterIp = address(CLUSTER_IPS + number);
    return new Service(
        name,
        switch (reach) {
          case CLUSTER_IP -> ServiceType.CLUSTER_IP;
          case OUTSIDE -> ServiceType.LOAD_BALANCER;
        },
        clusterIp,
        List.of(clusterIp),
        List.of(),
        switch (reach) {
          case CLUSTER_IP -> List.of();
          case OUTSIDE ->
              List.of(
                  new LoadBalancerIngress(
                      address(LOAD_BALANCERS + number), LoadBalancerIngress.Mode.VIP));
        },
        List.of(),
        TrafficPolicy.CLUSTER,
        TrafficPolicy.CLUSTER,
        0,
        0,
        Map.of(),
        Map.of(),
        List.of(new ServicePort(PORT_NAME, Protocol.TCP, PORT, 0)));
  }

  private List<EndpointSlice> slices(ServiceName name, int number, int replaced) {
    List<EndpointSlice> slices = new ArrayList<>();
    for (int first = 0; first < endpoints; first += SLICE_SIZE) {
      slices.add(
          new EndpointSlice(
              name,
              name.name() + "-" + first / SLICE_SIZE,
              IpFamily.IPV4,
              false,
              List.of(new SlicePort(PORT_NAME, Protocol.TCP, TARGET_PORT)),
              IntStream.range(first, Math.min(first + SLICE_SIZE, endpoints))
                  .mapToObj(index -> endpoint(number * endpoints + index, index < replaced))
                  .toList()));
    }
    return slices;
  }

  /** Pods have even numbers, those that replace them odd ones. */
  private static Endpoint endpoint(int number, boolean replaced) {
    return new Endpoint(
        address(PODS + 2 * number + (replaced ? 1 : 0)),
        Optional.of("node-" + number % NODES),
        true,
        true,
        false,
        Set.of(),
        Set.of());
  }

  private static int ipv4(int first, int second) {
    return first << 24 | second << 16;
  }

  private static String address(int number) {
    return new IpAddress(IpFamily.IPV4, 0, Integer.toUnsignedLong(number)).toString();
  }
}

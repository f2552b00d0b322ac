// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.AddressPlan.Pair;
import java.util.List;

/** Writes the {@code ip} commands that a CNI plugin would carry out. */
interface PodWiring {
  /** Prepares a node, once, and its way to the pods of the other nodes. */
  void node(NetworkScript script, NodePlace node, List<NodePlace> others);

  /** Connects a pod whose namespace exists already. */
  void pod(NetworkScript script, NodePlace node, PodPlace pod);

  /** A node: its namespace and its number from 1. */
  record NodePlace(String namespace, int number) {
    Pair address() {
      return AddressPlan.node(number);
    }
  }

  /** A pod: its namespace, its device on the node, its number on the node from 2. */
  record PodPlace(String namespace, String device, int number) {}

  static PodWiring of(Layout layout) {
    return switch (layout) {
      case ROUTED -> new RoutedWiring();
      case BRIDGE -> new BridgeWiring(false);
      case VXLAN -> new BridgeWiring(true);
    };
  }

  /** Static routes to the pod networks of the other nodes, by the addresses of those nodes. */
  static void hostGatewayRoutes(NetworkScript script, NodePlace node, List<NodePlace> others) {
    for (NodePlace other : others) {
      Pair pods = AddressPlan.podNetwork(other.number());
      script
          .ip(node.namespace(), "route add " + pods.ipv4() + " via " + other.address().ipv4())
          .ip(node.namespace(), "route add " + pods.ipv6() + " via " + other.address().ipv6());
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.AddressPlan.Pair;
import dev.sluice.lab.PodWiring.NodePlace;

/**
 * The network between hosts: a namespace that bridges the nodes into one subnet and routes between
 * it and the client's.
 *
 * <pre>
 *   client --- fabric (router) --- bridge --- node-1 --- pods
 *                                        `--- node-2 --- pods
 * </pre>
 */
final class Fabric {
  private static final String BRIDGE = "nodes";

  private final String namespace;

  Fabric(String namespace) {
    this.namespace = namespace;
  }

  void create(NetworkScript script) {
    Pair gateway = AddressPlan.NODE_GATEWAY;
    script
        .ip(namespace, "link set lo up")
        .ip(namespace, "link add %s type bridge forward_delay 0".formatted(BRIDGE))
        .ip(namespace, "link set %s up".formatted(BRIDGE))
        .ip(namespace, "address add %s/24 dev %s".formatted(gateway.ipv4(), BRIDGE))
        .ip(namespace, "address add %s/64 dev %s nodad".formatted(gateway.ipv6(), BRIDGE));
  }

  void connectNode(NetworkScript script, NodePlace node) {
    String port = "node-" + node.number();
    script
        .ip(namespace, veth(port, node.namespace()))
        .ip(namespace, "link set %s master %s up".formatted(port, BRIDGE));
    uplink(script, node.namespace(), node.address(), AddressPlan.NODE_GATEWAY);
  }

  void connectClient(NetworkScript script, String client) {
    Pair gateway = AddressPlan.CLIENT_GATEWAY;
    script
        .ip(namespace, veth("client", client))
        .ip(namespace, "link set client up")
        .ip(namespace, "address add %s/24 dev client".formatted(gateway.ipv4()))
        .ip(namespace, "address add %s/64 dev client nodad".formatted(gateway.ipv6()));
    uplink(script, client, AddressPlan.CLIENT, gateway);
  }

  /** Sends what is addressed to {@code network} to {@code node}, replacing a former choice. */
  void route(NetworkScript script, String network, NodePlace node) {
    String via = network.contains(":") ? node.address().ipv6() : node.address().ipv4();
    script.ip(namespace, "route replace %s via %s".formatted(network, via));
  }

  private static String veth(String name, String peerNamespace) {
    return "link add %s type veth peer name eth0 netns %s".formatted(name, peerNamespace);
  }

  private static void uplink(NetworkScript script, String host, Pair address, Pair gateway) {
    script
        .ip(host, "link set lo up")
        .ip(host, "link set eth0 up")
        .ip(host, "address add %s/24 dev eth0".formatted(address.ipv4()))
        .ip(host, "address add %s/64 dev eth0 nodad".formatted(address.ipv6()))
        .ip(host, "route add default via " + gateway.ipv4())
        .ip(host, "route add default via " + gateway.ipv6());
  }
}

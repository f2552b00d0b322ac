// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.AddressPlan.Pair;
import java.util.List;

/** {@link Layout#ROUTED}. */
final class RoutedWiring implements PodWiring {
  @Override
  public void node(NetworkScript script, NodePlace node, List<NodePlace> others) {
    PodWiring.hostGatewayRoutes(script, node, others);
  }

  @Override
  public void pod(NetworkScript script, NodePlace node, PodPlace pod) {
    Pair address = AddressPlan.pod(node.number(), pod.number());
    Pair gateway = AddressPlan.ROUTED_GATEWAY;
    String gatewayMac = AddressPlan.ROUTED_GATEWAY_MAC;
    String inNode = node.namespace();
    String inPod = pod.namespace();
    script
        .ip(
            inNode,
            "link add %s address %s type veth peer name eth0 netns %s"
                .formatted(pod.device(), gatewayMac, inPod))
        .ip(inNode, "link set %s addrgenmode none".formatted(pod.device()))
        .ip(inNode, "link set %s up".formatted(pod.device()))
        .ip(inNode, "address add %s/64 dev %s nodad".formatted(gateway.ipv6(), pod.device()))
        .ip(inNode, "route add %s/32 dev %s".formatted(address.ipv4(), pod.device()))
        .ip(inNode, "route add %s/128 dev %s".formatted(address.ipv6(), pod.device()));
    script
        .ip(inPod, "link set lo up")
        .ip(inPod, "link set eth0 up")
        .ip(inPod, "address add %s/32 dev eth0".formatted(address.ipv4()))
        .ip(inPod, "address add %s/128 dev eth0 nodad".formatted(address.ipv6()))
        .ip(inPod, neighbour(gateway.ipv4(), gatewayMac))
        .ip(inPod, neighbour(gateway.ipv6(), gatewayMac))
        .ip(inPod, "route add %s dev eth0 scope link".formatted(gateway.ipv4()))
        .ip(inPod, "route add default via %s dev eth0".formatted(gateway.ipv4()))
        .ip(inPod, "route add default via %s dev eth0".formatted(gateway.ipv6()));
  }

  private static String neighbour(String gateway, String mac) {
    return "neighbour add %s lladdr %s dev eth0 nud permanent".formatted(gateway, mac);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import dev.sluice.lab.AddressPlan.Pair;
import java.util.List;

/** {@link Layout#BRIDGE}, and {@link Layout#VXLAN} with an overlay device on top. */
final class BridgeWiring implements PodWiring {
  private static final String BRIDGE = "cni0";
  private static final String OVERLAY_DEVICE = "vxlan0";
  private static final int MTU = 1500;

  /** Outer Ethernet, IPv4, UDP and VXLAN headers. */
  private static final int VXLAN_HEADERS = 50;

  private final boolean overlay;

  BridgeWiring(boolean overlay) {
    this.overlay = overlay;
  }

  @Override
  public void node(NetworkScript script, NodePlace node, List<NodePlace> others) {
    Pair gateway = AddressPlan.podGateway(node.number());
    String inNode = node.namespace();
    script
        .ip(
            inNode,
            "link add %s mtu %d address %s type bridge forward_delay 0"
                .formatted(BRIDGE, mtu(), AddressPlan.bridgeMac(node.number())))
        .ip(inNode, "link set %s up".formatted(BRIDGE))
        .ip(inNode, "address add %s/24 dev %s".formatted(gateway.ipv4(), BRIDGE))
        .ip(inNode, "address add %s/64 dev %s nodad".formatted(gateway.ipv6(), BRIDGE));
    if (overlay) {
      overlay(script, node, others);
    } else {
      PodWiring.hostGatewayRoutes(script, node, others);
    }
  }

  @Override
  public void pod(NetworkScript script, NodePlace node, PodPlace pod) {
    Pair address = AddressPlan.pod(node.number(), pod.number());
    Pair gateway = AddressPlan.podGateway(node.number());
    String inNode = node.namespace();
    String inPod = pod.namespace();
    script
        .ip(
            inNode,
            "link add %s mtu %d type veth peer name eth0 mtu %d netns %s"
                .formatted(pod.device(), mtu(), mtu(), inPod))
        .ip(inNode, "link set %s master %s up".formatted(pod.device(), BRIDGE));
    script
        .ip(inPod, "link set lo up")
        .ip(inPod, "link set eth0 up")
        .ip(inPod, "address add %s/24 dev eth0".formatted(address.ipv4()))
        .ip(inPod, "address add %s/64 dev eth0 nodad".formatted(address.ipv6()))
        .ip(inPod, "route add default via " + gateway.ipv4())
        .ip(inPod, "route add default via " + gateway.ipv6());
  }

  /**
   * As Flannel does it: a route, a neighbour and a forwarding entry per other node; no learning.
   */
  private static void overlay(NetworkScript script, NodePlace node, List<NodePlace> others) {
    String inNode = node.namespace();
    Pair own = AddressPlan.overlay(node.number());
    script
        .ip(
            inNode,
            "link add %s address %s type vxlan id 1 dstport 8472 nolearning local %s dev eth0"
                .formatted(
                    OVERLAY_DEVICE, AddressPlan.overlayMac(node.number()), node.address().ipv4()))
        .ip(inNode, "link set %s up".formatted(OVERLAY_DEVICE))
        .ip(inNode, "address add %s/32 dev %s".formatted(own.ipv4(), OVERLAY_DEVICE))
        .ip(inNode, "address add %s/128 dev %s nodad".formatted(own.ipv6(), OVERLAY_DEVICE));
    for (NodePlace other : others) {
      Pair peer = AddressPlan.overlay(other.number());
      Pair pods = AddressPlan.podNetwork(other.number());
      String mac = AddressPlan.overlayMac(other.number());
      script
          .ip(inNode, neighbour(peer.ipv4(), mac))
          .ip(inNode, neighbour(peer.ipv6(), mac))
          .ip(inNode, route(pods.ipv4(), peer.ipv4()))
          .ip(inNode, route(pods.ipv6(), peer.ipv6()))
          .bridge(
              inNode,
              "fdb append %s dev %s dst %s".formatted(mac, OVERLAY_DEVICE, other.address().ipv4()));
    }
  }

  private static String neighbour(String peer, String mac) {
    return "neighbour add %s lladdr %s dev %s nud permanent".formatted(peer, mac, OVERLAY_DEVICE);
  }

  private static String route(String pods, String peer) {
    return "route add %s via %s dev %s onlink".formatted(pods, peer, OVERLAY_DEVICE);
  }

  private int mtu() {
    return overlay ? MTU - VXLAN_HEADERS : MTU;
  }
}

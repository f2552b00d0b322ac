// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.RegisteredNode;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.NetworkImage;
import java.net.InetAddress;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns what is known of the node into what plans and programs need. What the options say comes
 * first, then the cluster's word, then what the network shows (rule 201).
 */
final class NodeState {
  private NodeState() {}

  /**
   * Link-local addresses are left out: every pod device has one, and a NodePort Service would get a
   * frontend on each. kube-proxy's iptables mode does answer there.
   */
  static NodeFacts facts(NodeOptions options, NetworkImage image, RegisteredNode registered) {
    Set<IpAddress> addresses = new HashSet<>();
    for (AddressFamily family : AddressFamily.values()) {
      for (InetAddress address : image.localAddresses(family)) {
        if (!address.isLinkLocalAddress()) {
          addresses.add(IpAddress.ofBytes(address.getAddress()));
        }
      }
    }
    Set<IpAddress> own = new LinkedHashSet<>(options.ips());
    own.addAll(registered.addresses());
    own.addAll(primaryAddresses(image).values());
    return new NodeFacts(
        options.name(),
        addresses,
        List.copyOf(own),
        options.podCidrs().isEmpty() ? registered.podCidrs() : options.podCidrs(),
        options.zone().or(registered::zone),
        Map.of());
  }

  static Map<IpFamily, IpAddress> primaryAddresses(NetworkImage image) {
    Map<IpFamily, IpAddress> addresses = new EnumMap<>(IpFamily.class);
    for (AddressFamily family : AddressFamily.values()) {
      image
          .primaryAddress(family)
          .map(address -> IpAddress.ofBytes(address.getAddress()))
          .ifPresent(address -> addresses.put(address.family(), address));
    }
    return addresses;
  }
}

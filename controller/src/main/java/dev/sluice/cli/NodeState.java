// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.NetworkImage;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Turns an image of the network into what plans and programs need to know of the node. */
final class NodeState {
  private NodeState() {}

  /**
   * Link-local addresses are left out: every pod device has one, and a NodePort Service would get a
   * frontend on each. kube-proxy's iptables mode does answer there.
   */
  static NodeFacts facts(NodeOptions options, NetworkImage image) {
    Set<IpAddress> addresses = new HashSet<>();
    for (AddressFamily family : AddressFamily.values()) {
      for (InetAddress address : image.localAddresses(family)) {
        if (!address.isLinkLocalAddress()) {
          addresses.add(IpAddress.ofBytes(address.getAddress()));
        }
      }
    }
    List<IpAddress> own = new ArrayList<>(options.ips());
    own.addAll(primaryAddresses(image).values());
    return NodeFacts.of(options.name(), addresses, own, options.podCidrs(), options.labels());
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

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Who serves a destination. */
final class Claims {
  private final List<ServiceObject> services;
  private final NodePortRule nodePorts;

  Claims(List<ServiceObject> services, NodePortRule nodePorts) {
    this.services = services;
    this.nodePorts = nodePorts;
  }

  /** Service addresses win over node ports (rule 84). */
  List<Claim> to(Packet packet) {
    List<Claim> claims = all(packet);
    List<Claim> addresses = claims.stream().filter(Predicate.not(Claim::isNodePort)).toList();
    return addresses.isEmpty() ? claims : addresses;
  }

  private List<Claim> all(Packet packet) {
    List<Claim> claims = new ArrayList<>();
    for (ServiceObject service : services) {
      if (service.isIn(packet.destination().isIpv4())) {
        service.ports().stream()
            .filter(port -> port.protocol().equals(packet.protocol())) // rule 10
            .flatMap(port -> ways(service, port, packet).map(way -> new Claim(service, port, way)))
            .forEach(claims::add);
      }
    }
    return claims;
  }

  private Stream<Claim.Way> ways(ServiceObject service, ServiceObject.Port port, Packet packet) {
    List<Claim.Way> ways = new ArrayList<>();
    if (port.number() == packet.port()) {
      if (service.clusterIps().contains(packet.destination())) {
        ways.add(Claim.Way.CLUSTER_IP);
      }
      if (service.externalIps().contains(packet.destination())) { // rule 94
        ways.add(Claim.Way.EXTERNAL_IP);
      }
      if (service.vips().contains(packet.destination())) { // rule 98
        ways.add(Claim.Way.VIP);
      }
    }
    if (port.nodePort() == packet.port() && nodePorts.serves(packet.destination())) {
      ways.add(Claim.Way.NODE_PORT);
    }
    return ways.stream();
  }
}

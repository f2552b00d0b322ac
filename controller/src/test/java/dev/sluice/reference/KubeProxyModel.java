// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** kube-proxy on one node with its objects in place. */
public final class KubeProxyModel {
  private final Node node;
  private final Settings settings;
  private final List<ServiceObject> services;
  private final Claims claims;
  private final Policies policies;

  /**
   * @param node the field {@code node} of a scenario
   * @param config the field {@code config} of a scenario
   * @param objects Services and EndpointSlices
   */
  public KubeProxyModel(JsonNode node, JsonNode config, JsonNode objects) {
    this.node = Node.read(node);
    this.settings = Settings.read(config, this.node);
    this.services =
        ofKind(objects, "Service").map(ServiceObject::read).flatMap(Optional::stream).toList();
    this.claims = new Claims(services, new NodePortRule(this.node, settings));
    this.policies =
        new Policies(this.node, settings, new Slices(ofKind(objects, "EndpointSlice").toList()));
  }

  private static Stream<JsonNode> ofKind(JsonNode objects, String kind) {
    return objects.valueStream().filter(object -> Fields.text(object, "kind").equals(kind));
  }

  /** What happens to a packet. */
  public Ruling rule(Packet packet) {
    try {
      return decide(packet);
    } catch (LeftOpen e) {
      return Ruling.of(Ruling.Kind.OPEN, Set.of());
    }
  }

  /**
   * The other destinations at which the same sender could reach the same Service port. Who calls a
   * loopback address does so from one, and is another client elsewhere.
   */
  public List<Packet> otherWays(Packet packet) {
    return claims.to(packet).stream()
        .flatMap(claim -> destinations(claim.service(), claim.port(), packet))
        .filter(other -> !other.equals(packet))
        .toList();
  }

  private Stream<Packet> destinations(
      ServiceObject service, ServiceObject.Port port, Packet packet) {
    Stream<Packet> addresses =
        Stream.of(service.clusterIps(), service.externalIps(), service.vips())
            .flatMap(List::stream)
            .map(address -> packet.to(address, port.number()));
    Stream<Packet> nodeAddresses =
        node.addresses().stream()
            .filter(address -> port.nodePort() != 0 && !address.isLoopback())
            .map(address -> packet.to(address, port.nodePort()));
    return Stream.concat(addresses, nodeAddresses)
        .filter(other -> other.destination().sameFamily(packet.source()))
        .filter(other -> !packet.source().isLoopback());
  }

  private Ruling decide(Packet packet) {
    if (packet.from() != Packet.From.NODE && node.has(packet.source())) {
      throw new LeftOpen("a source that is not the sender's");
    }
    List<Claim> found = claims.to(packet);
    if (found.isEmpty()) {
      return unclaimed(packet);
    }
    List<Ruling> rulings = found.stream().map(claim -> policies.apply(claim, packet)).toList();
    Ruling ruling = rulings.getFirst();
    if (!rulings.stream().allMatch(ruling::sameAs)) {
      throw new LeftOpen("two Services, or two ways, that claim one destination");
    }
    return ruling;
  }

  /** Only nftables mode looks at ports and addresses that nobody serves (rules 69, 70). */
  private Ruling unclaimed(Packet packet) {
    Ip destination = packet.destination();
    if (!settings.nftables()) {
      return Ruling.of(Ruling.Kind.PASS, Set.of());
    }
    if (servedInFamily(destination).anyMatch(one -> one.clusterIps().contains(destination))) {
      return Ruling.of(Ruling.Kind.REJECT, Set.of(69));
    }
    if (settings.serviceCidrs().stream().anyMatch(network -> network.contains(destination))) {
      return Ruling.of(Ruling.Kind.DROP, Set.of(70));
    }
    return Ruling.of(Ruling.Kind.PASS, Set.of());
  }

  private Stream<ServiceObject> servedInFamily(Ip address) {
    return services.stream().filter(service -> service.isIn(address.isIpv4()));
  }
}

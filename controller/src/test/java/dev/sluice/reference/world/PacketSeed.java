// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.reference.Ip;
import dev.sluice.reference.Packet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A packet that finds its destination among the objects there are.
 *
 * @param target which of the destinations
 * @param sender which of the senders
 */
record PacketSeed(Packet.From from, int sender, int target, Aim aim) {

  /** What of a destination is changed. */
  enum Aim {
    EXACT,
    OTHER_PORT,
    OTHER_PROTOCOL,
    NODE_PORT_OF_SERVICE_ADDRESS,
    NODE_PORT,
    NODE_PORT_OF_OTHER_NODE,
    NODE_PORT_OF_LOOPBACK,
    FREE_CLUSTER_IP,
    UNUSED_VIP
  }

  private static final List<String> PODS_4 =
      List.of("10.1.0.77", "10.1.0.2", "10.1.0.3", "172.16.0.5", "10.2.0.9");
  private static final List<String> PODS_6 =
      List.of("fd00:1::77", "fd00:1::2", "fd00:1::3", "fd00:55::5", "fd00:2::9");
  private static final List<String> OUTSIDE_4 =
      List.of("203.0.113.9", "203.0.113.200", "10.2.0.77", "198.51.100.7", "203.0.113.80");
  private static final List<String> OUTSIDE_6 =
      List.of("2001:db8:9::9", "2001:db8:8::9", "fd00:2::77", "2001:db8:1::7", "2001:db8:3::80");

  /** The sender from outside that has an ingress IP of the Service as its own (rule 102). */
  private static final int AS_VIP = 4;

  static Arbitrary<PacketSeed> packet() {
    return Combinators.combine(
            Arbitraries.frequency(
                Tuple.of(3, Packet.From.POD),
                Tuple.of(4, Packet.From.EXTERNAL),
                Tuple.of(2, Packet.From.NODE)),
            Arbitraries.integers().between(0, PODS_4.size() - 1),
            Arbitraries.integers().between(0, 999),
            Arbitraries.frequency(
                Tuple.of(18, Aim.EXACT),
                Tuple.of(1, Aim.OTHER_PORT),
                Tuple.of(1, Aim.OTHER_PROTOCOL),
                Tuple.of(1, Aim.NODE_PORT_OF_SERVICE_ADDRESS),
                Tuple.of(4, Aim.NODE_PORT),
                Tuple.of(1, Aim.NODE_PORT_OF_OTHER_NODE),
                Tuple.of(2, Aim.NODE_PORT_OF_LOOPBACK),
                Tuple.of(1, Aim.FREE_CLUSTER_IP),
                Tuple.of(1, Aim.UNUSED_VIP)))
        .as(PacketSeed::new);
  }

  private record Destination(String address, int port, String protocol) {}

  Packet aimedAt(List<String> nodeAddresses, List<JsonNode> services) {
    JsonNode service = services.get(target % services.size());
    int random = target / services.size();
    List<JsonNode> ports = service.path("spec").path("ports").valueStream().toList();
    JsonNode port = ports.get(random % ports.size());
    List<String> addresses = addresses(service);
    Destination exact =
        new Destination(
            addresses.get(random / ports.size() % addresses.size()),
            port.path("port").asInt(),
            port.path("protocol").asText("TCP"));
    int nodePort = port.path("nodePort").asInt(PortSeed.SHARED);
    Destination destination =
        switch (aim) {
          case EXACT -> exact;
          case OTHER_PORT -> new Destination(exact.address, 81, exact.protocol);
          case OTHER_PROTOCOL ->
              new Destination(
                  exact.address, exact.port, exact.protocol.equals("TCP") ? "UDP" : "TCP");
          case NODE_PORT_OF_SERVICE_ADDRESS ->
              new Destination(exact.address, nodePort, exact.protocol);
          case NODE_PORT ->
              new Destination(
                  nodeAddresses.get(random / ports.size() % nodeAddresses.size()),
                  nodePort,
                  exact.protocol);
          case NODE_PORT_OF_OTHER_NODE ->
              new Destination(
                  random % 2 == 0 ? Places.OTHER_NODE_4 : Places.OTHER_NODE_6,
                  nodePort,
                  exact.protocol);
          case NODE_PORT_OF_LOOPBACK ->
              new Destination(random % 4 == 0 ? "::1" : "127.0.0.1", nodePort, exact.protocol);
          case FREE_CLUSTER_IP ->
              new Destination(
                  random % 2 == 0 ? "10.96.9.9" : "fd00:96::99", exact.port, exact.protocol);
          case UNUSED_VIP -> new Destination(Places.UNUSED_VIP, exact.port, exact.protocol);
        };
    return sent(destination, nodeAddresses, ingress(service));
  }

  /** Every address that is written in a Service, whether it is served or not. */
  private static List<String> addresses(JsonNode service) {
    JsonNode spec = service.path("spec");
    List<String> addresses = new ArrayList<>();
    addresses.add(spec.path("clusterIP").asText());
    spec.path("clusterIPs").forEach(ip -> addresses.add(ip.asText()));
    spec.path("externalIPs").forEach(ip -> addresses.add(ip.asText()));
    // Three times, as most that can be right or wrong is there.
    for (int again = 0; again < 3; again++) {
      addresses.addAll(ingress(service));
    }
    addresses.removeIf(Set.of("", "None")::contains);
    if (addresses.isEmpty()) {
      addresses.add("10.96.9.9");
    }
    return addresses;
  }

  private static List<String> ingress(JsonNode service) {
    return service
        .path("status")
        .path("loadBalancer")
        .path("ingress")
        .valueStream()
        .map(entry -> entry.path("ip").asText())
        .toList();
  }

  private Packet sent(Destination destination, List<String> nodeAddresses, List<String> vips) {
    Ip address = Ip.parse(destination.address);
    // Nothing comes to loopback from elsewhere; the node's own SCTP passes no hook of Sluice.
    if (address.isLoopback()) {
      String protocol = destination.protocol.equals("SCTP") ? "TCP" : destination.protocol;
      return new Packet(Packet.From.NODE, address, address, destination.port, protocol);
    }
    Optional<Ip> own = primary(nodeAddresses, address.isIpv4());
    boolean sentByNode =
        from == Packet.From.NODE && own.isPresent() && !destination.protocol.equals("SCTP");
    Packet.From sender = from == Packet.From.NODE && !sentByNode ? Packet.From.POD : from;
    return new Packet(
        sender,
        sentByNode ? own.get() : other(sender, address, vips),
        address,
        destination.port,
        destination.protocol);
  }

  /** The address that the kernel gives to the node's own packets. */
  private static Optional<Ip> primary(List<String> nodeAddresses, boolean ipv4) {
    return nodeAddresses.stream()
        .map(Ip::parse)
        .filter(ip -> ip.isIpv4() == ipv4 && !ip.isLoopback())
        .findFirst();
  }

  private Ip other(Packet.From origin, Ip destination, List<String> vips) {
    boolean ipv4 = destination.isIpv4();
    if (origin == Packet.From.POD) {
      return Ip.parse((ipv4 ? PODS_4 : PODS_6).get(sender));
    }
    String usual = (ipv4 ? OUTSIDE_4 : OUTSIDE_6).get(sender);
    return sender < AS_VIP
        ? Ip.parse(usual)
        : vips.stream()
            .filter(Predicate.not(String::isEmpty))
            .map(Ip::parse)
            .filter(ip -> ip.sameFamily(destination) && !ip.equals(destination))
            .findFirst()
            .orElse(Ip.parse(usual));
  }
}

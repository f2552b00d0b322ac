// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Service that is kube-proxy's to serve.
 *
 * @param key {@code namespace/name}
 * @param vips ingress IPs that are captured
 */
record ServiceObject(
    String key,
    List<Ip> clusterIps,
    List<Ip> externalIps,
    List<Ip> vips,
    List<Network> sourceRanges,
    boolean internalLocal,
    boolean externalLocal,
    boolean affinity,
    List<Port> ports) {
  /**
   * One of its ports.
   *
   * @param nodePort 0 for none; the Service's type does not matter (rule 8)
   */
  record Port(String name, String protocol, int number, int nodePort) {}

  /** Empty if kube-proxy ignores it. */
  static Optional<ServiceObject> read(JsonNode object) {
    JsonNode spec = object.path("spec");
    String clusterIp = Fields.text(spec, "clusterIP");
    if (clusterIp.isEmpty() || clusterIp.equals("None")) { // rule 1
      return Optional.empty();
    }
    if (Fields.text(spec, "type").equals("ExternalName")) { // rule 2
      return Optional.empty();
    }
    if (Fields.hasLabel(object, "service.kubernetes.io/service-proxy-name")) { // rule 3
      return Optional.empty();
    }
    List<String> clusterIps = Fields.texts(spec, "clusterIPs");
    return Optional.of(
        new ServiceObject(
            Fields.key(object, object.path("metadata").path("name").asText()),
            addresses(clusterIps.isEmpty() ? Stream.of(clusterIp) : clusterIps.stream()),
            addresses(Fields.texts(spec, "externalIPs").stream()),
            addresses(vips(object)),
            Fields.networks(spec, "loadBalancerSourceRanges"),
            Fields.text(spec, "internalTrafficPolicy").equals("Local"), // rule 48
            Fields.text(spec, "externalTrafficPolicy").equals("Local"), // rule 48
            Fields.text(spec, "sessionAffinity").equals("ClientIP"),
            Fields.items(spec, "ports").map(ServiceObject::port).toList()));
  }

  private static List<Ip> addresses(Stream<String> texts) {
    return texts.map(Ip::parse).toList();
  }

  /** Rules 9 and 99: neither host names nor what a load balancer will send on itself. */
  private static Stream<String> vips(JsonNode object) {
    return Fields.items(object.path("status").path("loadBalancer"), "ingress")
        .filter(ingress -> !Fields.text(ingress, "ipMode").equals("Proxy"))
        .map(ingress -> Fields.text(ingress, "ip"))
        .filter(ip -> !ip.isEmpty());
  }

  private static Port port(JsonNode port) {
    return new Port(
        Fields.text(port, "name"),
        Fields.isNull(port, "protocol") ? "TCP" : Fields.text(port, "protocol"),
        Fields.number(port, "port"),
        Fields.number(port, "nodePort"));
  }

  /** A Service is handled in a family only if it has a clusterIP of it (rule 15). */
  boolean isIn(boolean ipv4) {
    return clusterIps.stream().anyMatch(ip -> ip.isIpv4() == ipv4);
  }

  /** Ranges of the other family do not count (rules 16, 103). */
  List<Network> sourceRanges(boolean ipv4) {
    return sourceRanges.stream().filter(range -> range.isIpv4() == ipv4).toList();
  }
}

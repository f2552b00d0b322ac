// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A Service with its slices.
 *
 * @param number gives it its name and its own addresses
 */
record ServiceSeed(
    int number,
    Kind kind,
    List<Boolean> families,
    Outside outside,
    Policies policies,
    List<PortSeed> ports,
    Backends backends) {

  /** What makes a Service one that kube-proxy serves, or not. */
  enum Kind {
    USUAL,
    EXTERNAL_NAME,
    NO_CLUSTER_IP,
    CLUSTER_IP_NONE,
    OTHER_PROXY,
    HEADLESS_LABEL,
    MOVED,
    ONLY_THE_SINGLE_FIELD
  }

  /** The ways in from outside, and who may take them. */
  record Outside(
      String type, List<String> externalIps, List<ObjectNode> ingress, List<String> ranges) {}

  /** Absent fields are empty. */
  record Policies(
      Optional<String> internal, Optional<String> external, Optional<String> affinity) {}

  static Arbitrary<ServiceSeed> service(int number) {
    return Combinators.combine(
            anyKind(),
            anyFamilies(),
            anyOutside(number),
            anyPolicies(),
            PortSeed.ports(number),
            Backends.backends())
        .as(
            (kind, families, outside, policies, ports, backends) ->
                new ServiceSeed(number, kind, families, outside, policies, ports, backends));
  }

  private static Arbitrary<Kind> anyKind() {
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.just(Kind.USUAL)), Tuple.of(2, Arbitraries.of(Kind.class)));
  }

  /** True is IPv4; the first one is the Service's primary family. */
  private static Arbitrary<List<Boolean>> anyFamilies() {
    return Arbitraries.of(
        List.of(true), List.of(true, false), List.of(false, true), List.of(false));
  }

  private static Arbitrary<Outside> anyOutside(int number) {
    return Combinators.combine(
            Arbitraries.of("ClusterIP", "NodePort", "LoadBalancer"),
            externalIps(number),
            ingress(number).list().ofMaxSize(2),
            ranges())
        .as(Outside::new);
  }

  private static Arbitrary<List<String>> externalIps(int number) {
    Arbitrary<String> address =
        Arbitraries.of(
            "192.0.2.1" + number,
            "2001:db8:2::1" + number,
            Places.SHARED_4,
            Places.SHARED_6,
            Places.otherSpelling("192.0.2.1" + number),
            Places.NODE_4,
            Places.SECOND_NODE_6);
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.just(List.<String>of())),
        Tuple.of(1, address.list().uniqueElements().ofMinSize(1).ofMaxSize(2)));
  }

  private static Arbitrary<ObjectNode> ingress(int number) {
    Arbitrary<String> address =
        Arbitraries.of(
            "203.0.113.8" + number,
            "2001:db8:3::8" + number,
            "203.0.113.90",
            "2001:db8:3::90",
            Places.otherSpelling("203.0.113.8" + number),
            Places.SECOND_NODE_4,
            Places.NODE_6,
            "");
    return Combinators.combine(
            address,
            Arbitraries.frequency(
                Tuple.of(3, Optional.<String>empty()),
                Tuple.of(2, Optional.of("VIP")),
                Tuple.of(1, Optional.of("Proxy"))))
        .as(
            (ip, mode) -> {
              ObjectNode ingress = Json.object();
              if (ip.isEmpty()) {
                return ingress.put("hostname", "lb.example.org");
              }
              ingress.put("ip", ip);
              mode.ifPresent(text -> ingress.put("ipMode", text));
              return ingress;
            });
  }

  /** Rules 18 and 19: white space around them, and host bits. */
  private static Arbitrary<List<String>> ranges() {
    return Arbitraries.frequencyOf(
        Tuple.of(1, Arbitraries.just(List.<String>of())),
        Tuple.of(
            1,
            Arbitraries.of(
                    "203.0.113.77/25",
                    "203.0.113.9/32",
                    " 10.1.0.0/24 ",
                    "10.0.0.0/13",
                    "198.51.100.1/32",
                    "198.51.100.0/24",
                    "2001:db8:9::7/64",
                    "fd00:1::/64",
                    "2001:db8:1::/64",
                    "0.0.0.0/0")
                .list()
                .uniqueElements()
                .ofMinSize(1)
                .ofMaxSize(2)));
  }

  private static Arbitrary<Policies> anyPolicies() {
    return Combinators.combine(
            Arbitraries.of(Optional.<String>empty(), Optional.of("Cluster"), Optional.of("Local")),
            Arbitraries.of(
                Optional.<String>empty(),
                Optional.of("Cluster"),
                Optional.of("Local"),
                Optional.of("Local"),
                Optional.of("")),
            Arbitraries.of(Optional.<String>empty(), Optional.of("None"), Optional.of("ClientIP")))
        .as(Policies::new);
  }

  String name() {
    return "s" + number;
  }

  List<ObjectNode> objects() {
    List<ObjectNode> objects = new ArrayList<>();
    objects.add(service());
    for (boolean ipv4 : families) {
      objects.addAll(backends.slices(name(), ports, ipv4, kind == Kind.HEADLESS_LABEL));
    }
    return objects;
  }

  private ObjectNode service() {
    ObjectNode service = Json.object().put("apiVersion", "v1").put("kind", "Service");
    ObjectNode metadata = service.putObject("metadata").put("name", name());
    switch (kind) {
      case OTHER_PROXY ->
          metadata.putObject("labels").put("service.kubernetes.io/service-proxy-name", "");
      case HEADLESS_LABEL -> metadata.putObject("labels").put("service.kubernetes.io/headless", "");
      default ->
          metadata.putObject("annotations").put("service.kubernetes.io/topology-mode", "Auto");
    }
    service.set("spec", spec());
    service
        .putObject("status")
        .putObject("loadBalancer")
        .set("ingress", Json.list(outside.ingress));
    return service;
  }

  private ObjectNode spec() {
    ObjectNode spec = Json.object();
    spec.put("type", kind == Kind.EXTERNAL_NAME ? "ExternalName" : outside.type);
    setClusterIps(spec);
    spec.put("loadBalancerIP", Places.UNUSED_VIP); // of no meaning to a proxy (rule 9)
    spec.put("trafficDistribution", "PreferClose"); // as little (rule 61)
    spec.set("externalIPs", Json.texts(outside.externalIps));
    spec.set("loadBalancerSourceRanges", Json.texts(outside.ranges));
    policies.internal.ifPresent(text -> spec.put("internalTrafficPolicy", text));
    policies.external.ifPresent(text -> spec.put("externalTrafficPolicy", text));
    policies.affinity.ifPresent(text -> spec.put("sessionAffinity", text));
    spec.set("ports", Json.list(ports.stream().map(port -> port.object(ports.size())).toList()));
    return spec;
  }

  private void setClusterIps(ObjectNode spec) {
    int address = kind == Kind.MOVED ? number + 6 : number;
    List<String> addresses =
        switch (kind) {
          case NO_CLUSTER_IP -> List.of("");
          case CLUSTER_IP_NONE -> List.of("None");
          default -> families.stream().map(ipv4 -> Places.clusterIp(ipv4, address)).toList();
        };
    spec.put("clusterIP", addresses.getFirst());
    if (kind != Kind.NO_CLUSTER_IP && kind != Kind.ONLY_THE_SINGLE_FIELD) {
      spec.set("clusterIPs", Json.texts(addresses));
    }
  }
}

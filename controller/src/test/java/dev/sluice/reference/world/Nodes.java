// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference.world;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Nodes and their kube-proxy configuration. */
final class Nodes {
  private Nodes() {}

  static Arbitrary<ObjectNode> node() {
    return Combinators.combine(addresses(), podCidrs(), zone()).as(Nodes::node);
  }

  private static ObjectNode node(List<String> addresses, List<String> podCidrs, String zone) {
    ObjectNode node = Json.object().put("name", Places.HERE);
    node.set("addresses", Json.texts(addresses));
    node.set("podCIDRs", Json.texts(podCidrs));
    if (!zone.equals("none")) {
      node.put("zone", zone);
    }
    return node;
  }

  private static Arbitrary<List<String>> addresses() {
    return Arbitraries.frequency(
        Tuple.of(
            3, List.of(Places.NODE_4, Places.NODE_6, Places.SECOND_NODE_4, Places.SECOND_NODE_6)),
        Tuple.of(
            2, List.of(Places.SECOND_NODE_6, Places.NODE_6, Places.NODE_4, Places.SECOND_NODE_4)),
        Tuple.of(
            2,
            List.of(
                Places.NODE_4,
                Places.SECOND_NODE_4,
                Places.NODE_6,
                Places.SECOND_NODE_6,
                "127.0.0.1",
                "::1")),
        Tuple.of(2, List.of(Places.NODE_4, Places.NODE_6)),
        Tuple.of(1, List.of(Places.NODE_4)),
        Tuple.of(1, List.of(Places.NODE_6)));
  }

  private static Arbitrary<List<String>> podCidrs() {
    return Arbitraries.of(
        List.of("10.1.0.0/24", "fd00:1::/64"),
        List.of("fd00:1::/64", "10.1.0.0/24"),
        List.of("10.1.0.0/24"),
        List.of("fd00:1::/64"));
  }

  private static Arbitrary<String> zone() {
    return Arbitraries.frequency(Tuple.of(6, Places.ZONE), Tuple.of(1, "none"), Tuple.of(1, ""));
  }

  static Arbitrary<ObjectNode> config() {
    return Combinators.combine(
            Arbitraries.of("iptables", "nftables"),
            detector(),
            nodePortAddresses(),
            Arbitraries.frequency(Tuple.of(3, true), Tuple.of(1, false)),
            Arbitraries.of(
                List.<String>of(),
                List.of("10.96.0.0/16"),
                List.of("fd00:96::/112"),
                List.of("10.96.0.0/16", "fd00:96::/112")))
        .as(Nodes::config);
  }

  private static ObjectNode config(
      String mode,
      ObjectNode detector,
      List<String> nodePortAddresses,
      boolean localhostNodePorts,
      List<String> serviceCidrs) {
    ObjectNode config = Json.object().put("mode", mode);
    config.setAll(detector);
    config.set("nodePortAddresses", Json.texts(nodePortAddresses));
    config.put("localhostNodePorts", localhostNodePorts);
    config.set("serviceCIDRs", Json.texts(serviceCidrs));
    return config;
  }

  private static Arbitrary<ObjectNode> detector() {
    return Arbitraries.frequencyOf(
        Tuple.of(
            4,
            Arbitraries.of(
                    "",
                    "10.0.0.0/13,fd00::/28",
                    "fd00::/28,10.0.0.0/13",
                    "10.0.0.0/13",
                    "fd00::/28",
                    "10.1.0.0/24,10.0.0.0/13")
                .map(Nodes::clusterCidr)),
        Tuple.of(2, Arbitraries.create(() -> Json.object().put("detectLocalMode", "NodeCIDR"))),
        Tuple.of(1, Arbitraries.create(() -> byDevice("BridgeInterface", "bridgeInterface"))),
        Tuple.of(
            1, Arbitraries.create(() -> byDevice("InterfaceNamePrefix", "interfaceNamePrefix"))));
  }

  private static ObjectNode clusterCidr(String networks) {
    return Json.object().put("detectLocalMode", "ClusterCIDR").put("clusterCIDR", networks);
  }

  private static ObjectNode byDevice(String mode, String field) {
    ObjectNode config = Json.object().put("detectLocalMode", mode);
    config.set("detectLocal", Json.object().put(field, "pods"));
    return config;
  }

  private static Arbitrary<List<String>> nodePortAddresses() {
    return Arbitraries.frequencyOf(
        Tuple.of(3, Arbitraries.just(List.<String>of())),
        Tuple.of(
            4,
            Arbitraries.of(
                List.of("198.51.100.0/24"),
                List.of("198.51.100.2/32", "2001:db8:1::/64"),
                List.of("2001:db8:1::2/128"),
                List.of("primary"),
                List.of("all"),
                List.of("localhost"),
                List.of("primary", "localhost"),
                List.of("primary", "198.51.100.2/32"),
                List.of("0.0.0.0/0"),
                List.of("::/0"),
                List.of("64.0.0.0/2"),
                List.of("127.0.0.0/8"),
                List.of("198.51.100.0/24", "127.0.0.0/8"),
                List.of("172.31.0.0/16"))));
  }
}

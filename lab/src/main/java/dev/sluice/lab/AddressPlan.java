// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.util.HexFormat;

/**
 * Every address of a lab, as text for {@code ip}. Labs do not see each other, so all use the same
 * plan. Numbers of nodes and pods start at 1 and 2; a pod network's 1 is its gateway.
 */
final class AddressPlan {
  static final String SERVICES_IPV4 = "10.96.0.0/16";
  static final String SERVICES_IPV6 = "fd96::/112";
  static final String EXTERNAL_IPV4 = "203.0.113.0/24";
  static final String EXTERNAL_IPV6 = "fd20:113::/64";

  static final int FIRST_POD = 2;
  static final int LAST_POD = 250;

  static final Pair NODE_GATEWAY = new Pair("172.31.0.1", "fd00:31::1");
  static final Pair CLIENT_GATEWAY = new Pair("172.30.0.1", "fd00:30::1");
  static final Pair CLIENT = new Pair("172.30.0.10", "fd00:30::10");
  static final Pair TUN_GATEWAY = new Pair("172.29.0.1", "fd00:29::1");
  static final Pair TUN_CLIENT = new Pair("172.29.0.10", "fd00:29::10");
  static final Pair TUN_NETWORK = new Pair("172.29.0.0/24", "fd00:29::/64");

  /** The gateway every pod of the routed layout believes in; no device owns the IPv4 one. */
  static final Pair ROUTED_GATEWAY = new Pair("169.254.1.1", "fe80::1");

  /** Link-layer address of the node's end of every pod veth in the routed layout. */
  static final String ROUTED_GATEWAY_MAC = "ee:ee:ee:ee:ee:ee";

  private AddressPlan() {}

  /** The same thing in both families. */
  record Pair(String ipv4, String ipv6) {}

  static Pair node(int node) {
    return new Pair("172.31.0." + (10 + node), "fd00:31::" + (10 + node));
  }

  static Pair podNetwork(int node) {
    return new Pair("10.1." + node + ".0/24", "fd10:1:" + hex(node) + "::/64");
  }

  static Pair podGateway(int node) {
    return pod(node, 1);
  }

  static Pair pod(int node, int pod) {
    return new Pair("10.1." + node + "." + pod, "fd10:1:" + hex(node) + "::" + hex(pod));
  }

  /** The address of a node's overlay device, from its own pod network. */
  static Pair overlay(int node) {
    return new Pair("10.1." + node + ".0", "fd10:1:" + hex(node) + "::ffff");
  }

  static String overlayMac(int node) {
    return "02:00:00:00:01:%02x".formatted(node);
  }

  static String bridgeMac(int node) {
    return "02:00:00:00:02:%02x".formatted(node);
  }

  private static String hex(int value) {
    return HexFormat.of().toHexDigits(value).replaceFirst("^0+(?=.)", "");
  }
}

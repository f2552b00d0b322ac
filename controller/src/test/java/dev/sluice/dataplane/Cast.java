// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.packets.End;

/**
 * Who takes part, in one family.
 *
 * @param client outside of the cluster, behind {@link Place#UPLINK}
 * @param pod of this node, behind {@link Place#POD}
 * @param otherPod of this node, too
 * @param remotePod of another node, behind {@link Place#FABRIC}
 * @param lostPod to which this node has no route
 * @param vip a Service's address
 * @param otherVip another Service's
 * @param node this node, towards the fabric
 * @param router the next hop on the fabric
 */
record Cast(
    IpFamily family,
    IpAddress client,
    IpAddress pod,
    IpAddress otherPod,
    IpAddress remotePod,
    IpAddress lostPod,
    IpAddress vip,
    IpAddress otherVip,
    IpAddress node,
    IpAddress router) {

  static final int FRONTEND_PORT = 80;
  static final int BACKEND_PORT = 8080;
  static final int NODE_PORT = 30080;
  static final int CLIENT_PORT = 4001;

  /** The one port of the range for source NAT, unless a case says otherwise. */
  static final int NAT_PORT = 61000;

  static Cast of(IpFamily family) {
    return switch (family) {
      case IPV4 ->
          of(
              family,
              "198.51.100.7",
              "10.1.0.5",
              "10.1.0.6",
              "10.2.0.5",
              "10.9.0.5",
              "10.96.0.1",
              "10.96.0.2",
              "192.0.2.1",
              "192.0.2.2");
      case IPV6 ->
          of(
              family,
              "2001:db8:c::7",
              "fd00:1::5",
              "fd00:1::6",
              "fd00:2::5",
              "fd00:9::5",
              "fd00:96::1",
              "fd00:96::2",
              "2001:db8:1::1",
              "2001:db8:1::2");
    };
  }

  private static Cast of(IpFamily family, String... addresses) {
    IpAddress[] parsed = new IpAddress[addresses.length];
    for (int i = 0; i < addresses.length; i++) {
      parsed[i] = IpAddress.parse(addresses[i]);
    }
    return new Cast(
        family, parsed[0], parsed[1], parsed[2], parsed[3], parsed[4], parsed[5], parsed[6],
        parsed[7], parsed[8]);
  }

  /** A network of ClusterIPs of which no Service has any. */
  Cidr serviceNetwork() {
    return Cidr.parse(
        switch (family) {
          case IPV4 -> "10.96.1.0/24";
          case IPV6 -> "fd00:96:0:1::/64";
        });
  }

  /** An address in that network. */
  End unallocated() {
    return new End(
        IpAddress.parse(
            switch (family) {
              case IPV4 -> "10.96.1.9";
              case IPV6 -> "fd00:96:0:1::9";
            }),
        FRONTEND_PORT);
  }

  /** A client's end: its address with the port that clients have here. */
  End clientEnd() {
    return new End(client, CLIENT_PORT);
  }

  End frontend() {
    return new End(vip, FRONTEND_PORT);
  }

  End otherFrontend() {
    return new End(otherVip, FRONTEND_PORT);
  }

  End backend(IpAddress address) {
    return new End(address, BACKEND_PORT);
  }

  /** What a backend sees of a client that is behind source NAT. */
  End nat() {
    return new End(node, NAT_PORT);
  }
}

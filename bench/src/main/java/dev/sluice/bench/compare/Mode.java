// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import java.util.Arrays;

/** A way in which clients reach a backend. */
enum Mode {
  /** By the backend's own address, through the same devices. */
  DIRECT("direct", "direct"),
  SLUICE_SOCKETS("sluice-sockets", "sockets"),
  SLUICE_TC("sluice-tc", "tc"),
  SLUICE_XDP("sluice-xdp", "xdp"),
  IPTABLES_LEGACY("iptables-legacy", "legacy"),
  IPTABLES_NFT("iptables-nft", "ipt-nft"),
  NFTABLES("nftables", "nft"),
  IPVS_RR("ipvs-rr", "rr"),
  IPVS_MH("ipvs-mh", "mh");

  private final String title;
  private final String node;

  Mode(String title, String node) {
    this.title = title;
    this.node = node;
  }

  /** The mode of a name. */
  static Mode of(String title) {
    return Arrays.stream(values())
        .filter(mode -> mode.title.equals(title))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no mode is called " + title));
  }

  /** The name of its node in the lab; names of pods are longer by two, and at most ten. */
  String node() {
    return node;
  }

  /** Sluice's socket hooks serve the sockets of a node, and XDP what comes to it. */
  boolean takes(TrafficPath path) {
    return switch (this) {
      case SLUICE_SOCKETS -> path == TrafficPath.POD_TO_POD;
      case SLUICE_XDP -> path == TrafficPath.OUTSIDE_TO_NODE;
      default -> true;
    };
  }

  boolean isSluice() {
    return switch (this) {
      case SLUICE_SOCKETS, SLUICE_TC, SLUICE_XDP -> true;
      default -> false;
    };
  }

  @Override
  public String toString() {
    return title;
  }
}

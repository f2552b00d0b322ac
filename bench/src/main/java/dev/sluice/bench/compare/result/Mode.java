// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;

/** A way in which clients reach a backend, in the order of tables and plots. */
public enum Mode {
  /** By the backend's own address, through the same devices. */
  DIRECT("direct", "direct to the pod", "direct"),
  SLUICE_SOCKETS("sluice-sockets", "Sluice, socket hooks", "sockets"),
  SLUICE_TC("sluice-tc", "Sluice, tc only", "tc"),
  SLUICE_XDP("sluice-xdp", "Sluice, XDP", "xdp"),
  NFTABLES("nftables", "nftables", "nft"),
  IPVS_RR("ipvs-rr", "IPVS, rr", "rr"),
  IPVS_MH("ipvs-mh", "IPVS, mh", "mh"),
  IPTABLES_LEGACY("iptables-legacy", "iptables (legacy)", "legacy"),
  IPTABLES_NFT("iptables-nft", "iptables (nft)", "ipt-nft");

  private final String key;
  private final String label;
  private final String node;

  Mode(String key, String label, String node) {
    this.key = key;
    this.label = label;
    this.node = node;
  }

  /** The mode of a name. */
  public static Mode of(String key) {
    return Arrays.stream(values())
        .filter(mode -> mode.key.equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no mode is called " + key));
  }

  /** Its name for readers. */
  public String label() {
    return label;
  }

  /** Its name in "relative to". */
  public String briefly() {
    return this == DIRECT ? "direct" : label;
  }

  /** The name of its node in the lab; names of pods are longer by two, and at most ten. */
  public String node() {
    return node;
  }

  /** Sluice's socket hooks serve the sockets of a node, and XDP what comes to it. */
  public boolean takes(TrafficPath path) {
    return switch (this) {
      case SLUICE_SOCKETS -> path == TrafficPath.POD_TO_POD;
      case SLUICE_XDP -> path == TrafficPath.OUTSIDE_TO_NODE;
      default -> true;
    };
  }

  public boolean isSluice() {
    return switch (this) {
      case SLUICE_SOCKETS, SLUICE_TC, SLUICE_XDP -> true;
      default -> false;
    };
  }

  /** Its name in files and options. */
  @Override
  @JsonValue
  public String toString() {
    return key;
  }
}

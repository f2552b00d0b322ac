// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

/** How the nodes connect their pods, after the common kinds of CNI plugin. */
public enum Layout {
  /**
   * Each pod hangs off its own veth with a /32 and a link-local gateway; the node has one host
   * route per pod, and a route per pod network of the other nodes (Calico without overlay).
   */
  ROUTED,

  /** The pods of a node are ports of a bridge {@code cni0}; nodes are routed (host-gateway). */
  BRIDGE,

  /** As {@link #BRIDGE}, but the pod networks reach each other by a VXLAN overlay (Flannel). */
  VXLAN
}

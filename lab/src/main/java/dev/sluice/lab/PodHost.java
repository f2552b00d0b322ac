// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.util.List;

/** A pod. */
public final class PodHost extends Host {
  private final NodeHost node;
  private final PodWiring.PodPlace pod;

  PodHost(HostPlace place, List<Integer> serverPorts, NodeHost node, PodWiring.PodPlace pod) {
    super(place, serverPorts);
    this.node = node;
    this.pod = pod;
  }

  public NodeHost node() {
    return node;
  }

  /** The name of its device in the node's namespace; inside of the pod it is {@code eth0}. */
  public String device() {
    return pod.device();
  }

  PodWiring.PodPlace pod() {
    return pod;
  }
}

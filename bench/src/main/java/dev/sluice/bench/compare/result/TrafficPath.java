// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.result;

/** Who asks whom. */
public enum TrafficPath {
  /** A pod asks a ClusterIP, and a pod of the same node answers: the fewest hops there are. */
  POD_TO_POD("pod-to-pod"),
  /**
   * A host outside of the cluster asks a node, and a pod of another node answers. Every mode, going
   * direct too, passes the node in both directions.
   */
  OUTSIDE_TO_NODE("outside-to-node");

  private final String title;

  TrafficPath(String title) {
    this.title = title;
  }

  @Override
  public String toString() {
    return title;
  }
}

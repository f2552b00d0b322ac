// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.controller;

/** Who can call the Services of a {@link MadeUpCluster}. */
public enum Reach {
  /** Pods and nodes, by a clusterIP. */
  CLUSTER_IP(1),
  /** Everybody, by a clusterIP and a load balancer's address, which takes a Maglev table. */
  OUTSIDE(2);

  /** Addresses of each Service. */
  final int frontends;

  Reach(int frontends) {
    this.frontends = frontends;
  }
}

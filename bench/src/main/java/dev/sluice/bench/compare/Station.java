// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.bench.compare.result.Mode;
import dev.sluice.bench.compare.result.TrafficPath;
import dev.sluice.bench.compare.rules.ServicePort;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.LabProcess;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import java.util.List;

/**
 * A mode's own node, with a pod that asks and a pod that answers.
 *
 * @param server the process that answers in the second pod
 * @param near addresses of the answering pod that are endpoints
 * @param spare two more of them, which take turns as the endpoint of the Service that changes
 * @param farServer the process that answers clients from outside
 * @param far endpoints on the node that all modes share
 */
record Station(
    Mode mode,
    NodeHost node,
    PodHost client,
    LabProcess server,
    List<String> near,
    List<String> spare,
    LabProcess farServer,
    List<String> far) {
  /** Of all pods of the lab. */
  static final String POD_NETWORK = "10.1.0.0/16";

  String nodeAddress() {
    return node.address(AddressFamily.IPV4).getHostAddress();
  }

  /** The Services of this node. */
  List<ServicePort> services(int count, int side) {
    return Workload.of(count, node.name(), near, far, spare.get(side));
  }

  /** The process that answers clients of a path. */
  LabProcess server(TrafficPath path) {
    return switch (path) {
      case POD_TO_POD -> server;
      case OUTSIDE_TO_NODE -> farServer;
    };
  }

  /** Where clients of a path connect to, as the load program takes it. */
  String targets(TrafficPath path) {
    if (mode == Mode.DIRECT) {
      List<String> endpoints = path == TrafficPath.POD_TO_POD ? near : far;
      return String.join(
          ",", endpoints.stream().map(ip -> ip + ":" + Workload.TARGET_PORT).toList());
    }
    return switch (path) {
      case POD_TO_POD -> Workload.NEAR_IP + ":" + Workload.PORT;
      case OUTSIDE_TO_NODE -> nodeAddress() + ":" + Workload.NODE_PORT;
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The addresses of a plan on which every port that no Service defines is rejected. For the programs
 * each is a port without backends: port 0 of TCP stands for all that have no entry of their own.
 */
final class ClosedAddresses {
  /** No port of a Service has this name. */
  private static final String PORT_NAME = "*";

  private static final Route REJECT =
      new Route(
          List.of(),
          Route.Algorithm.RANDOM,
          Route.WhenEmpty.REJECT,
          Route.ListKind.CLUSTER,
          Route.Reason.NONE_ANYWHERE);

  private ClosedAddresses() {}

  static List<PortPlan> asPorts(ServicePlan plan) {
    List<PortPlan> ports = new ArrayList<>();
    for (IpAddress address : plan.closedAddresses()) {
      Frontend frontend =
          new Frontend(address, 0, Frontend.Kind.CLUSTER_IP, REJECT, REJECT, Set.of(), List.of());
      ports.add(
          new PortPlan(
              new PortKey(plan.name(), PORT_NAME, Protocol.TCP, address.family()),
              List.of(frontend),
              List.of(),
              0,
              false));
    }
    return ports;
  }
}

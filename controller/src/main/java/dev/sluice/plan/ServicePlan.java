// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.IpAddress;
import dev.sluice.model.ServiceName;
import java.util.List;
import java.util.Optional;

/**
 * What happens to the packets of one Service on this node. Equal inputs give equal plans.
 *
 * @param ports sorted by key; empty if the Service is not there or is not to be served
 * @param closedAddresses addresses on which every port that no Service defines is rejected (the
 *     clusterIPs, when kube-proxy's nftables mode is followed)
 * @param notes what is wrong with the objects, for the operator; the rest is planned all the same
 */
public record ServicePlan(
    ServiceName name,
    List<PortPlan> ports,
    List<IpAddress> closedAddresses,
    Optional<HealthCheck> healthCheck,
    List<String> notes) {
  public ServicePlan {
    requireNonNull(name, "name");
    ports = List.copyOf(ports);
    closedAddresses = List.copyOf(closedAddresses);
    requireNonNull(healthCheck, "healthCheck");
    notes = List.copyOf(notes);
  }

  /** The plan of a Service that is not there or is not to be served. */
  public static ServicePlan nothing(ServiceName name) {
    return new ServicePlan(name, List.of(), List.of(), Optional.empty(), List.of());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * A Service: the facts that can change what its packets meet, as they were read. Two equal Services
 * give the same plan, so a field that does not matter to plans must not be added.
 *
 * @param clusterIp {@code spec.clusterIP}: "" or "None" for a Service without one
 * @param clusterIps {@code spec.clusterIPs}, or {@code spec.clusterIP} alone where that is unset;
 *     at most one address of each family
 * @param externalIps {@code spec.externalIPs} as written
 * @param ingress the entries of {@code status.loadBalancer.ingress} that have an address
 * @param sourceRanges {@code spec.loadBalancerSourceRanges} as written
 * @param affinitySeconds the timeout of session affinity ClientIP in seconds, 0 for no affinity
 * @param healthCheckNodePort 1 to 65535, or 0 for none
 * @param labels those of {@link WellKnown#SERVICE_LABELS} that the Service bears
 * @param annotations those whose key begins with {@link WellKnown#ANNOTATION_PREFIX}
 */
public record Service(
    ServiceName name,
    ServiceType type,
    String clusterIp,
    List<String> clusterIps,
    List<String> externalIps,
    List<LoadBalancerIngress> ingress,
    List<String> sourceRanges,
    TrafficPolicy internalTrafficPolicy,
    TrafficPolicy externalTrafficPolicy,
    int affinitySeconds,
    int healthCheckNodePort,
    Map<String, String> labels,
    Map<String, String> annotations,
    List<ServicePort> ports) {
  public Service {
    requireNonNull(name, "name");
    requireNonNull(type, "type");
    requireNonNull(clusterIp, "clusterIp");
    clusterIps = List.copyOf(clusterIps);
    externalIps = List.copyOf(externalIps);
    ingress = List.copyOf(ingress);
    sourceRanges = List.copyOf(sourceRanges);
    requireNonNull(internalTrafficPolicy, "internalTrafficPolicy");
    requireNonNull(externalTrafficPolicy, "externalTrafficPolicy");
    if (affinitySeconds < 0) {
      throw new IllegalArgumentException("affinitySeconds " + affinitySeconds + " is negative");
    }
    ServicePort.requirePort("healthCheckNodePort", healthCheckNodePort, 0);
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
    ports = List.copyOf(ports);
  }
}

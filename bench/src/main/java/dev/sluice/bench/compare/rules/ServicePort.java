// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare.rules;

import java.util.List;

/**
 * A port of a Service, for rules.
 *
 * @param protocol {@code tcp} or {@code udp}
 * @param nodePort 0 for none
 * @param endpoints addresses
 * @param endpointsNode the node that all of them are on
 */
public record ServicePort(
    String service,
    String portName,
    String protocol,
    String clusterIp,
    int port,
    int nodePort,
    List<String> endpoints,
    String endpointsNode,
    int targetPort) {
  /** Of every Service here. */
  public static final String NAMESPACE = "bench";

  public ServicePort {
    endpoints = List.copyOf(endpoints);
  }

  /** {@code NAMESPACE/SERVICE:PORT}, as it stands in comments and is hashed into names. */
  public String title() {
    return NAMESPACE + "/" + service + ":" + portName;
  }
}

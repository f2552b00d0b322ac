// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import dev.sluice.model.ServiceName;

/** What a health check node port answers, whatever path and method (rules 111 to 116). */
final class HealthCheckPage {
  private static final String WEIGHT = "X-Load-Balancing-Endpoint-Weight";

  private HealthCheckPage() {}

  /**
   * The weight is told even with 503, which may be for the proxy's sake. The body is laid out as
   * kube-proxy does; names of Kubernetes objects need no escapes.
   */
  static HttpAnswer answer(ServiceName service, int localEndpoints, boolean proxyHealthy) {
    return HttpAnswer.json(
            localEndpoints > 0 && proxyHealthy ? 200 : 503,
            """
            {
            \t"service": {
            \t\t"namespace": "%s",
            \t\t"name": "%s"
            \t},
            \t"localEndpoints": %d,
            \t"serviceProxyHealthy": %b
            }"""
                .formatted(service.namespace(), service.name(), localEndpoints, proxyHealthy))
        .with(WEIGHT, Integer.toString(localEndpoints));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

/**
 * The health check node port of a Service (type LoadBalancer, externalTrafficPolicy Local).
 *
 * @param port the TCP port to listen on, 1 to 65535
 * @param localEndpoints number of distinct addresses of ready endpoints on this node, over all
 *     ports of the Service; for a dual-stack Service the greater number of the two families, so
 *     that a pod counts once
 */
public record HealthCheck(int port, int localEndpoints) {}

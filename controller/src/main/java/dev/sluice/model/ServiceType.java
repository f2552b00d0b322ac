// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

/**
 * {@code spec.type} of a Service. Only {@link #EXTERNAL_NAME} and, for the health check node port,
 * {@link #LOAD_BALANCER} make a difference; node ports and VIPs are served whatever the type.
 */
public enum ServiceType {
  CLUSTER_IP,
  NODE_PORT,
  LOAD_BALANCER,
  EXTERNAL_NAME
}

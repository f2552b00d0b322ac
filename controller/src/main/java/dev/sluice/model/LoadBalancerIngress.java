// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

/**
 * One entry of {@code status.loadBalancer.ingress} that has an address.
 *
 * @param ip the address as written
 * @param mode {@link Mode#VIP} if nothing is written
 */
public record LoadBalancerIngress(String ip, Mode mode) {
  /** {@code ipMode} (KEP-1860). */
  public enum Mode {
    /** Packets arrive with this destination, so the nodes serve it. */
    VIP,
    /** The load balancer changes the destination; nodes must leave the address alone. */
    PROXY
  }

  public LoadBalancerIngress {
    requireNonNull(ip, "ip");
    requireNonNull(mode, "mode");
  }
}

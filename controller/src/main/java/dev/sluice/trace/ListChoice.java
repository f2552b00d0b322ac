// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.Frontend.Flag;
import dev.sluice.plan.Frontend.Kind;
import dev.sluice.plan.Route;
import dev.sluice.plan.Route.ListKind;
import dev.sluice.trial.Origin;
import java.util.Collection;

/**
 * Which of a frontend's two routes a client takes, by the rules that the programs follow.
 *
 * @param internal the route for this node's clients; else the one for all others
 * @param policy why, in words
 */
record ListChoice(Route route, boolean internal, String policy) {

  /**
   * Chooses.
   *
   * @param podNetworks by which the local-traffic detector tells pods
   */
  static ListChoice of(
      Frontend frontend, WayIn wayIn, IpAddress source, Collection<Cidr> podNetworks) {
    boolean node = wayIn.from() == Origin.NODE;
    boolean byDetector = frontend.flags().contains(Flag.SOURCE_MATTERS);
    boolean detected =
        wayIn.isDetected() || podNetworks.stream().anyMatch(network -> network.contains(source));
    boolean internal = node || (byDetector ? detected : wayIn.isInside());
    Route route = internal ? frontend.inside() : frontend.outside();
    return new ListChoice(
        route, internal, policy(frontend, route, internal, node, byDetector, source));
  }

  private static String policy(
      Frontend frontend,
      Route route,
      boolean internal,
      boolean node,
      boolean byDetector,
      IpAddress source) {
    if (frontend.kind() == Kind.CLUSTER_IP) {
      return "internalTrafficPolicy " + policyOf(route);
    }
    String external = "externalTrafficPolicy " + policyOf(frontend.outside());
    boolean shortCircuited =
        internal && frontend.outside().list() == ListKind.LOCAL && route.list() == ListKind.CLUSTER;
    if (shortCircuited) {
      String who;
      if (node) {
        who = "the node's own sockets";
      } else if (byDetector) {
        who = "%s, a pod by the local-traffic detector".formatted(source);
      } else {
        who = "this node's pods";
      }
      return external + ", short-circuited for " + who;
    }
    return !internal && byDetector
        ? "%s; no pod by the local-traffic detector".formatted(external)
        : external;
  }

  private static String policyOf(Route route) {
    return switch (route.list()) {
      case CLUSTER -> "Cluster";
      case LOCAL -> "Local";
    };
  }

  /** Why the list holds what it holds. */
  String why() {
    boolean local = route.list() == ListKind.LOCAL;
    return switch (route.reason()) {
      case READY -> local ? "the ready endpoints on this node" : "all ready endpoints";
      case NODE_HINTS -> "the ready endpoints hinted to this node";
      case ZONE_HINTS -> "the ready endpoints hinted to this node's zone";
      case TERMINATING_FALLBACK ->
          (local ? "none on this node is ready" : "none is ready")
              + ": those that are terminating but still serving";
      case NONE_HERE -> "no usable endpoint on this node, though there are some elsewhere";
      case NONE_ANYWHERE -> "no usable endpoint anywhere";
    };
  }
}

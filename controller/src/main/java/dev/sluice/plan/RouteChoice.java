// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.Service;
import dev.sluice.model.TrafficPolicy;
import dev.sluice.model.WellKnown;
import dev.sluice.plan.Route.Algorithm;
import dev.sluice.plan.Route.ListKind;
import dev.sluice.plan.Route.WhenEmpty;
import java.util.Optional;

/** Turns the two lists of a port into routes: by traffic policy, and with the algorithm to use. */
final class RouteChoice {
  private final Optional<Algorithm> requested;
  private final EndpointLists lists;

  RouteChoice(Optional<Algorithm> requested, EndpointLists lists) {
    this.requested = requested;
    this.lists = lists;
  }

  /** What the Service's annotation asks for. */
  static Optional<Algorithm> requestedAlgorithm(Service service, Notes notes) {
    String value = service.annotations().get(WellKnown.ALGORITHM);
    return switch (value) {
      case null -> Optional.empty();
      case "maglev" -> Optional.of(Algorithm.MAGLEV);
      case "random" -> Optional.of(Algorithm.RANDOM);
      default -> {
        notes.add(
            "annotation "
                + WellKnown.ALGORITHM
                + " is ignored: '"
                + value
                + "' is neither 'maglev' nor 'random'");
        yield Optional.empty();
      }
    };
  }

  /** The route that the policy gives, with the Service's algorithm or else the one given. */
  Route route(TrafficPolicy policy, Algorithm byDefault) {
    Selection selection =
        switch (policy) {
          case CLUSTER -> lists.cluster();
          case LOCAL -> lists.local();
        };
    ListKind kind =
        switch (policy) {
          case CLUSTER -> ListKind.CLUSTER;
          case LOCAL -> ListKind.LOCAL;
        };
    WhenEmpty whenEmpty = lists.hasEndpoints() ? WhenEmpty.DROP : WhenEmpty.REJECT;
    return new Route(
        selection.backends(), requested.orElse(byDefault), whenEmpty, kind, selection.reason());
  }
}

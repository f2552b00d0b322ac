// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

/**
 * Something changed in the network namespace.
 *
 * <p>The kernel reports the new state of an object, not whether it is new: {@code ...Present} is an
 * addition or a change. {@link NetworkChange} tells the two apart.
 */
public sealed interface NetworkEvent {
  /** About an interface. */
  sealed interface LinkEvent extends NetworkEvent {
    Link link();
  }

  /** An interface appeared or changed (RTM_NEWLINK). */
  record LinkPresent(Link link) implements LinkEvent {}

  /**
   * An interface was deleted or moved to another namespace (RTM_DELLINK); {@code link} is its last
   * state.
   */
  record LinkRemoved(Link link) implements LinkEvent {}

  /** About an address of an interface. */
  sealed interface AddressEvent extends NetworkEvent {
    InterfaceAddress address();
  }

  /** An address appeared, or its flags or lifetime changed (RTM_NEWADDR). */
  record AddressPresent(InterfaceAddress address) implements AddressEvent {}

  /** An address was removed (RTM_DELADDR). */
  record AddressRemoved(InterfaceAddress address) implements AddressEvent {}

  /**
   * About a route.
   *
   * <p>IPv4 routes that disappear because their device goes down or their source address is removed
   * are <em>not</em> reported by the kernel (fib_table_flush sends no messages); dump again after
   * such an event.
   */
  sealed interface RouteEvent extends NetworkEvent {
    Route route();
  }

  /** A route appeared or changed (RTM_NEWROUTE). */
  record RoutePresent(Route route) implements RouteEvent {}

  /** A route was removed (RTM_DELROUTE). */
  record RouteRemoved(Route route) implements RouteEvent {}

  /** About a neighbour. */
  sealed interface NeighbourEvent extends NetworkEvent {
    Neighbour neighbour();
  }

  /** A neighbour appeared or changed (RTM_NEWNEIGH). */
  record NeighbourPresent(Neighbour neighbour) implements NeighbourEvent {}

  /** A neighbour was removed (RTM_DELNEIGH). */
  record NeighbourRemoved(Neighbour neighbour) implements NeighbourEvent {}

  /** Something changed by which routes are chosen: a rule (ip rule) or a next hop object. */
  record RoutingChanged() implements NetworkEvent {}
}

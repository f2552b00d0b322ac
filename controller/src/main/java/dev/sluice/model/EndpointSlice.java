// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * An EndpointSlice of address type IPv4 or IPv6, as it was read. Slices of one Service may overlap;
 * the plan merges them.
 *
 * @param service the Service it belongs to, in its own namespace
 * @param name the slice's own name, in the same namespace
 * @param headless whether it bears the label {@link WellKnown#HEADLESS}
 */
public record EndpointSlice(
    ServiceName service,
    String name,
    IpFamily family,
    boolean headless,
    List<SlicePort> ports,
    List<Endpoint> endpoints) {
  public EndpointSlice {
    requireNonNull(service, "service");
    requireNonNull(name, "name");
    requireNonNull(family, "family");
    ports = List.copyOf(ports);
    endpoints = List.copyOf(endpoints);
  }
}

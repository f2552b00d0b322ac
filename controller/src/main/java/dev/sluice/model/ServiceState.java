// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * All there is to know of one Service at one moment.
 *
 * @param service empty if there is no such Service (any more); its slices may be there all the same
 * @param slices sorted by name, each name once
 */
public record ServiceState(
    ServiceName name, Optional<Service> service, List<EndpointSlice> slices) {
  public ServiceState {
    requireNonNull(name, "name");
    requireNonNull(service, "service");
    slices =
        slices.size() < 2
            ? List.copyOf(slices)
            : slices.stream().sorted(Comparator.comparing(EndpointSlice::name)).toList();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.plan.Backend;
import dev.sluice.plan.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one Service port holds in the maps. */
final class InstalledPort {
  /** What a region says; frontends with the same say share it. */
  record RegionContent(Route.Algorithm algorithm, List<Backend> backends) {
    static RegionContent of(Route route) {
      return new RegionContent(route.algorithm(), route.backends());
    }
  }

  private final int serviceId;
  final Map<Backend, Integer> backendIds = new HashMap<>();
  final Map<RegionContent, RegionSpan> regions = new HashMap<>();
  final Set<FrontendKey> frontends = new HashSet<>();

  /** Regions of an earlier agent that may still hold the right ids. */
  final List<RegionSpan> inherited = new ArrayList<>();

  InstalledPort(int serviceId) {
    this.serviceId = serviceId;
  }

  int serviceId() {
    return serviceId;
  }
}

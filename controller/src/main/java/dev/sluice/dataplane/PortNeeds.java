// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.dataplane.InstalledPort.RegionContent;
import dev.sluice.model.Cidr;
import dev.sluice.model.Protocol;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import dev.sluice.plan.Route.ListKind;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a Service port's plan needs to have in the maps, besides its frontends.
 *
 * @param backends those that need a slot: all that a route uses and, for UDP, all that are serving,
 *     because a UDP flow keeps its backend as long as that serves, whatever routes say (rules 169
 *     to 171). TCP and SCTP flows outlive the slot anyway
 * @param lists of the port that a backend is in; none for one that only has old flows
 * @param sources that are admitted; none for all
 * @param keepsOld whether what had a slot keeps it: a UDP port without any serving endpoint leaves
 *     its flows as they are until there is one (rule 172)
 */
record PortNeeds(
    Set<Backend> backends,
    Map<Backend, Set<ListKind>> lists,
    Set<RegionContent> regions,
    Set<Cidr> sources,
    boolean keepsOld) {

  static PortNeeds of(PortPlan port) {
    Set<Backend> backends = new HashSet<>();
    Map<Backend, Set<ListKind>> lists = new HashMap<>();
    Set<RegionContent> regions = new HashSet<>();
    Set<Cidr> sources = new HashSet<>();
    for (Frontend frontend : port.frontends()) {
      for (Route route : List.of(frontend.outside(), frontend.inside())) {
        backends.addAll(route.backends());
        regions.add(RegionContent.of(route));
        for (Backend backend : route.backends()) {
          lists.computeIfAbsent(backend, key -> EnumSet.noneOf(ListKind.class)).add(route.list());
        }
      }
      sources.addAll(frontend.sourceRanges());
    }
    boolean datagrams = port.key().protocol() == Protocol.UDP;
    if (datagrams) {
      backends.addAll(port.servingBackends());
    }
    return new PortNeeds(backends, lists, regions, sources, datagrams && backends.isEmpty());
  }

  Set<ListKind> listsOf(Backend backend) {
    return lists.getOrDefault(backend, Set.of());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.BackendFlags;
import dev.sluice.dataplane.InstalledPort.RegionContent;
import dev.sluice.model.Cidr;
import dev.sluice.model.Protocol;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a Service port's plan needs to have in the maps, besides its frontends.
 *
 * @param backends those that need a slot: all that a route uses and, for UDP, all that are serving,
 *     because a UDP flow keeps its backend as long as that serves, whatever routes say (rules 169
 *     to 171). TCP and SCTP flows outlive the slot anyway
 * @param lists of the port that a backend is in, as bits of {@code enum backend_flag}; nothing for
 *     one that only has old flows
 * @param sources that are admitted; none for all
 * @param keepsOld whether what had a slot keeps it: a UDP port without any serving endpoint leaves
 *     its flows as they are until there is one (rule 172)
 */
record PortNeeds(
    Set<Backend> backends,
    Map<Backend, Integer> lists,
    Set<RegionContent> regions,
    Set<Cidr> sources,
    boolean keepsOld) {

  static PortNeeds of(PortPlan port) {
    Map<Backend, Integer> lists = new HashMap<>();
    Set<RegionContent> regions = new HashSet<>();
    Set<Cidr> sources = new HashSet<>();
    for (Frontend frontend : port.frontends()) {
      add(frontend.outside(), lists, regions);
      if (!frontend.inside().equals(frontend.outside())) {
        add(frontend.inside(), lists, regions);
      }
      sources.addAll(frontend.sourceRanges());
    }
    Set<Backend> backends = new HashSet<>(lists.keySet());
    boolean datagrams = port.key().protocol() == Protocol.UDP;
    if (datagrams) {
      backends.addAll(port.servingBackends());
    }
    return new PortNeeds(backends, lists, regions, sources, datagrams && backends.isEmpty());
  }

  private static void add(Route route, Map<Backend, Integer> lists, Set<RegionContent> regions) {
    int list =
        switch (route.list()) {
          case CLUSTER -> BackendFlags.IN_CLUSTER_LIST;
          case LOCAL -> BackendFlags.IN_LOCAL_LIST;
        };
    for (Backend backend : route.backends()) {
      lists.merge(backend, list, (one, other) -> one | other);
    }
    regions.add(RegionContent.of(route));
  }

  int listsOf(Backend backend) {
    return lists.getOrDefault(backend, 0);
  }
}

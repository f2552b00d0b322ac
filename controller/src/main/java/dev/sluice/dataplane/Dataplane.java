// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.ServiceFlags;
import dev.sluice.dataplane.InstalledPort.RegionContent;
import dev.sluice.loader.BpfMap;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.model.ServiceName;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.MaglevTable;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Installs plans. Idempotent: a plan that is installed already costs no map operation.
 *
 * <p>The order for a changed Service makes every moment consistent for a packet that comes by:
 * backends and filter bits first, then the new regions, then one map update per frontend, which is
 * the commit; then what is no longer needed is given back. A Service that cannot be installed keeps
 * what it had.
 *
 * <p>After a restart it takes over what the maps hold: the same Service port gets the same ids, so
 * that flows keep their backends. {@link #sweep} ends that.
 */
public final class Dataplane {
  private final FrontendTable frontends;
  private final Map<FamilyLayout, BackendTable> backends = new EnumMap<>(FamilyLayout.class);
  private final RegionSpace regions;
  private final ServiceIds serviceIds;
  private final SourceRangeTable sourceRanges;
  private final ServiceNetworks serviceNetworks;
  private final FrontendFilter frontendFilter;
  private final ReplyFilter replyFilter;
  private final FlowCollector collector;
  private final Map<ServiceName, Map<PortKey, InstalledPort>> installed = new HashMap<>();

  /**
   * Regions of an earlier agent. Frontends that no plan has claimed yet may still point to them, so
   * they are given back by {@link #sweep} and by nobody before.
   */
  private final Set<RegionSpan> inherited = new HashSet<>();

  private volatile Runnable datagramBackendGone = () -> {};
  private boolean swept;
  private long flowCapacity;
  private long embryoCapacity;

  /** Takes over what the maps hold. */
  public Dataplane(LoadedObjects objects) {
    frontendFilter =
        new FrontendFilter(
            objects.mapped(MapNames.VIP_BITS).memory(),
            objects.mapped(MapNames.VIP_BITS_USED).memory());
    replyFilter =
        new ReplyFilter(
            objects.mapped(MapNames.REPLY_CELLS).memory(),
            objects.mapped(MapNames.REPLY_CELLS_USED).memory());
    Map<FamilyLayout, BpfMap> services = new EnumMap<>(FamilyLayout.class);
    Map<FamilyLayout, BpfMap> sources = new EnumMap<>(FamilyLayout.class);
    for (FamilyLayout layout : FamilyLayout.values()) {
      services.put(layout, objects.map(layout.serviceMap));
      sources.put(layout, objects.map(layout.sourceRangeMap));
      backends.put(
          layout,
          new BackendTable(
              layout, objects.mapped(layout.backendMap), () -> datagramBackendGone.run()));
    }
    frontends = new FrontendTable(services, frontendFilter);
    regions = new RegionSpace(objects.mapped(MapNames.REGIONS));
    serviceIds = new ServiceIds(objects.map(MapNames.SERVICE_STATS), frontends.written());
    for (ServiceValue value : frontends.written().values()) {
      inherited.add(value.external());
      inherited.add(value.internal());
    }
    inherited.forEach(regions::occupy);
    sourceRanges = new SourceRangeTable(sources);
    serviceNetworks = new ServiceNetworks(objects.map(MapNames.SERVICE_NETWORKS));
    collector = FlowCollector.create(objects);
    for (FamilyLayout layout : FamilyLayout.values()) {
      flowCapacity += objects.map(layout.flowMap).maxEntries();
      embryoCapacity += objects.map(layout.embryoMap).maxEntries();
    }
  }

  /**
   * Installs one Service's plan in place of what it had.
   *
   * @return what of the plan the programs cannot do, a line each; that part is not installed
   * @throws DataplaneException if there is no room for it; it keeps what it had
   */
  public synchronized List<String> apply(ServicePlan wanted) {
    List<String> unsupported = new ArrayList<>();
    ServicePlan plan = Supported.part(wanted, unsupported);
    List<PortPlan> wantedPorts = new ArrayList<>(plan.ports());
    wantedPorts.addAll(ClosedAddresses.asPorts(plan));
    Map<PortKey, InstalledPort> ports =
        installed.computeIfAbsent(plan.name(), name -> new TreeMap<>());
    Set<PortKey> planned = new HashSet<>();
    for (PortPlan port : wantedPorts) {
      planned.add(port.key());
      PortNeeds needs = PortNeeds.of(port);
      InstalledPort target = ports.get(port.key());
      if (target == null) {
        target = open(port, needs);
        ports.put(port.key(), target);
      }
      install(port, needs, target);
    }
    for (PortKey gone : List.copyOf(ports.keySet())) {
      if (!planned.contains(gone)) {
        remove(gone, ports.remove(gone));
      }
    }
    if (ports.isEmpty()) {
      installed.remove(plan.name());
    }
    return unsupported;
  }

  /**
   * Says what to run whenever {@link #apply} has given a UDP backend back: sockets may be connected
   * to it. It runs with this object locked, so it must be quick and come back to no method of it.
   */
  public void onDatagramBackendGone(Runnable action) {
    datagramBackendGone = action;
  }

  /** Says which networks are pods', for the Services where that matters. */
  public synchronized void setPodNetworks(Set<Cidr> networks) {
    sourceRanges.set(SourceRangeTable.POD_NETWORKS, networks);
  }

  /**
   * Says where ClusterIPs come from: new connections to an address of these networks that no
   * Service has are dropped, by programs that are loaded to do so.
   *
   * @throws DataplaneException if there are too many
   */
  public synchronized void setServiceNetworks(Collection<Cidr> networks) {
    serviceNetworks.write(networks);
  }

  /** Removes what an earlier agent installed and no plan has claimed: call it once all are in. */
  public synchronized void sweep() {
    Set<Integer> owners = new HashSet<>();
    frontends.sweep();
    for (Map<PortKey, InstalledPort> ports : installed.values()) {
      for (InstalledPort port : ports.values()) {
        owners.add(port.serviceId());
        inherited.removeAll(port.regions.values());
        port.inherited.clear();
      }
    }
    inherited.forEach(regions::giveBack);
    inherited.clear();
    backends.values().forEach(BackendTable::sweep);
    sourceRanges.retain(owners);
    serviceIds.sweep();
    swept = true;
  }

  /**
   * Deletes dead flows and clears what of the filters neither a Service nor a flow needs;
   * frontends' bits only once {@link #sweep} has been called, for those that no plan has claimed
   * yet need theirs. Plans can be applied while the tables are walked. Call it from one thread.
   */
  public CollectionResult collect(FlowTimeouts timeouts) {
    synchronized (this) {
      frontendFilter.forgetUse();
    }
    replyFilter.beginCollection();
    CollectionResult result = collector.collect(timeouts);
    replyFilter.endCollection();
    synchronized (this) {
      if (swept) {
        frontendFilter.clearIdle();
      }
    }
    return result;
  }

  /** The id of each installed Service port, which is the index of its counters. */
  public synchronized Map<PortKey, Integer> portIds() {
    Map<PortKey, Integer> ids = new TreeMap<>();
    for (Map<PortKey, InstalledPort> ports : installed.values()) {
      ports.forEach((key, port) -> ids.put(key, port.serviceId()));
    }
    return ids;
  }

  /**
   * Who answers for an address and port, by the order in which the programs look: the exact
   * frontend, then what closes the address.
   */
  public synchronized Optional<FrontendOwner> owner(
      IpAddress address, int port, Protocol protocol) {
    return owner(new FrontendKey(address, port, protocol), false)
        .or(() -> owner(new FrontendKey(address, 0, Protocol.TCP), true));
  }

  private Optional<FrontendOwner> owner(FrontendKey key, boolean closes) {
    return frontends
        .holder(key)
        .flatMap(
            port ->
                frontends.written(key).map(value -> new FrontendOwner(port, value.id(), closes)));
  }

  /** One line for each frontend that several Service ports claim. */
  public synchronized List<String> clashes() {
    return frontends.clashes().entrySet().stream()
        .map(
            clash ->
                "%s is claimed by %s; the first has it".formatted(clash.getKey(), clash.getValue()))
        .sorted()
        .toList();
  }

  /** How full the tables are. */
  public synchronized Occupancy occupancy() {
    return new Occupancy(
        frontends.written().size(),
        backends.values().stream().mapToInt(BackendTable::inUse).sum(),
        regions.freeBlocks());
  }

  /**
   * How full the maps are. Nothing is read from the kernel.
   *
   * @param flows what the last collection found
   */
  public synchronized List<TableFill> fills(CollectionResult flows) {
    List<TableFill> fills = new ArrayList<>();
    fills.add(new TableFill("flow", 2L * flows.live(), flowCapacity));
    fills.add(new TableFill("embryo", 2L * flows.embryos(), embryoCapacity));
    for (FamilyLayout layout : FamilyLayout.values()) {
      fills.add(
          new TableFill(layout.serviceMap, frontends.count(layout), frontends.capacity(layout)));
      BackendTable table = backends.get(layout);
      fills.add(new TableFill(layout.backendMap, table.inUse(), table.capacity()));
    }
    fills.add(
        new TableFill(
            MapNames.REGIONS, regions.capacity() - regions.freeBlocks(), regions.capacity()));
    return fills;
  }

  private InstalledPort open(PortPlan port, PortNeeds needs) {
    List<ServiceValue> known = new ArrayList<>();
    for (Frontend frontend : port.frontends()) {
      frontends.written(frontendKey(port.key(), frontend)).ifPresent(known::add);
    }
    InstalledPort target = new InstalledPort(serviceIds.acquire(known));
    for (ServiceValue value : known) {
      if (value.id() == target.serviceId()) {
        target.inherited.add(value.external());
        target.inherited.add(value.internal());
      }
    }
    if (needs.keepsOld()) {
      PortKey key = port.key();
      target.backendIds.putAll(
          backends.get(FamilyLayout.of(key.family())).adopt(target.serviceId(), key.protocol()));
    }
    return target;
  }

  private void install(PortPlan port, PortNeeds needs, InstalledPort target) {
    BackendTable table = backends.get(FamilyLayout.of(port.key().family()));
    for (Backend backend : needs.backends()) {
      if (!target.backendIds.containsKey(backend)) {
        target.backendIds.put(
            backend, table.acquire(target.serviceId(), backend, port.key().protocol()));
      }
    }
    for (RegionContent content : needs.regions()) {
      if (!target.regions.containsKey(content)) {
        target.regions.put(content, region(content, target));
      }
    }
    target.backendIds.forEach((backend, id) -> table.setLists(id, backend, needs.listsOf(backend)));
    sourceRanges.set(target.serviceId(), needs.sources());
    VarHandle.releaseFence();

    Set<FrontendKey> kept = new HashSet<>();
    for (Frontend frontend : port.frontends()) {
      FrontendKey key = frontendKey(port.key(), frontend);
      frontends.put(key, frontend.kind(), port.key(), value(port, frontend, target));
      target.frontends.add(key);
      kept.add(key);
    }
    for (FrontendKey gone : Set.copyOf(target.frontends)) {
      if (!kept.contains(gone)) {
        frontends.remove(gone, port.key());
        target.frontends.remove(gone);
      }
    }
    target
        .regions
        .entrySet()
        .removeIf(
            region -> {
              boolean unused = !needs.regions().contains(region.getKey());
              if (unused) {
                giveBack(region.getValue());
              }
              return unused;
            });
    target
        .backendIds
        .entrySet()
        .removeIf(
            backend -> {
              boolean unused = !needs.keepsOld() && !needs.backends().contains(backend.getKey());
              if (unused) {
                table.release(backend.getValue(), port.key().protocol());
              }
              return unused;
            });
  }

  private RegionSpan region(RegionContent content, InstalledPort target) {
    int[] ids = content.backends().stream().mapToInt(target.backendIds::get).toArray();
    int[] places =
        switch (content.algorithm()) {
          case RANDOM -> ids;
          case MAGLEV -> maglev(content.backends(), ids);
        };
    for (RegionSpan span : target.inherited) {
      if (regions.holds(span, places)) {
        return span;
      }
    }
    return regions.write(places);
  }

  private void giveBack(RegionSpan span) {
    if (!inherited.contains(span)) {
      regions.giveBack(span);
    }
  }

  private static int[] maglev(List<Backend> backends, int[] ids) {
    int[] places =
        MaglevTable.build(
            backends.stream().map(Backend::identity).toList(),
            MaglevTable.sizeFor(backends.size()));
    for (int place = 0; place < places.length; place++) {
      places[place] = ids[places[place]];
    }
    return places;
  }

  private static ServiceValue value(PortPlan port, Frontend frontend, InstalledPort target) {
    int flags = port.affinitySeconds() > 0 ? ServiceFlags.PODS_BY_PACKET : 0;
    for (Frontend.Flag flag : frontend.flags()) {
      flags |=
          switch (flag) {
            case NODE_SOCKETS_ONLY -> ServiceFlags.NODE_SOCKETS_ONLY;
            case SOURCE_MATTERS -> ServiceFlags.BY_DETECTOR | ServiceFlags.PODS_BY_PACKET;
            case PODS_ARE_OUTSIDE -> 0; // no pod network is known, so the detector finds none
            case NODE_NOT_ADMITTED -> ServiceFlags.NODE_SHUT_OUT;
          };
    }
    if (!frontend.sourceRanges().isEmpty()) {
      flags |= ServiceFlags.SOURCE_RANGES | ServiceFlags.PODS_BY_PACKET;
    }
    flags |=
        flags(
            frontend.outside(),
            ServiceFlags.EXTERNAL_DROP,
            ServiceFlags.EXTERNAL_MAGLEV,
            ServiceFlags.EXTERNAL_LOCAL);
    flags |=
        flags(
            frontend.inside(),
            ServiceFlags.INTERNAL_DROP,
            ServiceFlags.INTERNAL_MAGLEV,
            ServiceFlags.INTERNAL_LOCAL);
    return new ServiceValue(
        target.regions.get(RegionContent.of(frontend.outside())),
        target.regions.get(RegionContent.of(frontend.inside())),
        target.serviceId(),
        port.affinitySeconds(),
        flags);
  }

  private static int flags(Route route, int drop, int maglev, int local) {
    int whenEmpty =
        switch (route.whenEmpty()) {
          case REJECT -> 0;
          case DROP -> drop;
        };
    int algorithm =
        switch (route.algorithm()) {
          case RANDOM -> 0;
          case MAGLEV -> maglev;
        };
    int list =
        switch (route.list()) {
          case CLUSTER -> 0;
          case LOCAL -> local;
        };
    return whenEmpty | algorithm | list;
  }

  private void remove(PortKey key, InstalledPort port) {
    for (FrontendKey frontend : port.frontends) {
      frontends.remove(frontend, key);
    }
    port.regions.values().forEach(this::giveBack);
    BackendTable table = backends.get(FamilyLayout.of(key.family()));
    port.backendIds.values().forEach(id -> table.release(id, key.protocol()));
    sourceRanges.set(port.serviceId(), Set.of());
    serviceIds.release(port.serviceId());
  }

  private static FrontendKey frontendKey(PortKey port, Frontend frontend) {
    return new FrontendKey(frontend.address(), frontend.port(), port.protocol());
  }
}

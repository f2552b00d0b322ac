// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.FlowState;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.dataplane.NodeTable;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.model.ServiceName;
import dev.sluice.node.PrivateNetwork;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import dev.sluice.trial.StandIn;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The programs and maps of a node that carries no traffic: two Services of each family, one with
 * backends here and one with backends on another node. All work is done on {@link #network}'s
 * thread.
 */
final class Testbed implements AutoCloseable {
  static final int PORT = 80;

  private static final int FIRST_NAT_PORT = 1024;
  private static final int LAST_NAT_PORT = 65535;
  private static final MapSizes SIZES = new MapSizes(4096, 4096, 16384, 1 << 19, 1 << 19, 4096);

  private final StandIn node = new StandIn();
  private final LoadedObjects objects;
  private final FlowState flows;

  Testbed() {
    LoadedObjects loaded = null;
    try {
      loaded = LoadedObjects.unpinned(new LoadOptions(SIZES, true, true, false, false));
      objects = loaded;
      flows = new FlowState(objects);
      node.network()
          .call(
              () -> {
                configure();
                return null;
              });
    } catch (RuntimeException e) {
      if (loaded != null) {
        loaded.close();
      }
      node.close();
      throw e;
    }
  }

  private void configure() {
    NodeTable table = new NodeTable(objects);
    Map<IpFamily, IpAddress> sources = new EnumMap<>(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      sources.put(family, Addresses.of(family).node());
    }
    table.write(
        new NodeTable.Facts(
            node.cookie(), sources, FIRST_NAT_PORT, LAST_NAT_PORT, FlowTimeouts.DEFAULT));
    table.putDevice(uplink(), Map.of(), 0);
    Dataplane dataplane = new Dataplane(objects);
    for (IpFamily family : IpFamily.values()) {
      Addresses addresses = Addresses.of(family);
      dataplane.apply(plan("here", addresses.vipHere(), addresses.backendsHere(), true));
      dataplane.apply(plan("there", addresses.vipThere(), addresses.backendsThere(), false));
    }
  }

  private static ServicePlan plan(
      String name, IpAddress vip, List<IpAddress> endpoints, boolean local) {
    ServiceName service =
        new ServiceName("bench", name + "-" + vip.family().name().toLowerCase(Locale.ROOT));
    List<Backend> backends =
        endpoints.stream().map(address -> new Backend(address, PORT, local)).toList();
    Route route =
        new Route(
            backends,
            Route.Algorithm.MAGLEV,
            Route.WhenEmpty.REJECT,
            Route.ListKind.CLUSTER,
            Route.Reason.READY);
    Frontend frontend =
        new Frontend(vip, PORT, Frontend.Kind.EXTERNAL_IP, route, route, Set.of(), List.of());
    PortKey key = new PortKey(service, "", Protocol.TCP, vip.family());
    return new ServicePlan(
        service,
        List.of(new PortPlan(key, List.of(frontend), backends, 0, true)),
        List.of(),
        Optional.empty(),
        List.of());
  }

  PrivateNetwork network() {
    return node.network();
  }

  LoadedObjects objects() {
    return objects;
  }

  /** Index of the device that packets enter and leave by. */
  int uplink() {
    return node.outside();
  }

  void forgetFlows() {
    flows.forgetFlows();
  }

  @Override
  public void close() {
    objects.close();
    node.close();
  }
}

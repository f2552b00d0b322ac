// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.FlowState;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.dataplane.NodeTable;
import dev.sluice.dataplane.Rehearsal;
import dev.sluice.dataplane.StaleSocketFinder;
import dev.sluice.dataplane.XdpPorts;
import dev.sluice.loader.BpfObject;
import dev.sluice.loader.BpfProgram;
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
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The programs and maps of a node that carries no traffic, with Services of each family. All work
 * is done on {@link #network}'s thread.
 */
final class Testbed implements AutoCloseable {
  static final int PORT = 80;

  /** The agent's own range, by default. */
  static final int FIRST_NAT_PORT = 49152;

  static final int LAST_NAT_PORT = 65535;

  private static final MapSizes SIZES = new MapSizes(4096, 4096, 16384, 1 << 19, 1 << 19, 4096);

  private final StandIn node = new StandIn();
  private final List<BpfObject> opened = new ArrayList<>();
  private final LoadedObjects objects;
  private final FlowState flows;

  Testbed() {
    LoadedObjects loaded = null;
    try {
      loaded =
          LoadedObjects.unpinned(
              new LoadOptions(SIZES, true, true, false, false),
              object -> opened.add(object.keepVerifierStatistics()));
      objects = loaded;
      flows = new FlowState(objects);
      network()
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
    letXdpSend();
    Dataplane dataplane = new Dataplane(objects);
    for (IpFamily family : IpFamily.values()) {
      Addresses addresses = Addresses.of(family);
      dataplane.apply(outside("here", addresses.vipHere(), addresses.backendsHere(), true));
      dataplane.apply(outside("there", addresses.vipThere(), addresses.backendsThere(), false));
      dataplane.apply(
          outside("single", addresses.vipSingle(), List.of(addresses.backendSingle()), false));
      for (Protocol protocol : List.of(Protocol.TCP, Protocol.UDP)) {
        dataplane.apply(inside(protocol, addresses.clusterIp(), addresses.backendsHere()));
      }
    }
  }

  /** What the routes send to the uplink, XDP may send back out of it. */
  private void letXdpSend() {
    objects.xdp();
    new XdpPorts(objects).write(Map.of(uplink(), new XdpPorts.Port(uplink(), XdpPorts.UNTAGGED)));
  }

  /** A Service for clients outside: from a Maglev table. */
  private static ServicePlan outside(
      String name, IpAddress vip, List<IpAddress> endpoints, boolean local) {
    return plan(
        key(name, Protocol.TCP, vip),
        Frontend.Kind.EXTERNAL_IP,
        Route.Algorithm.MAGLEV,
        vip,
        endpoints.stream().map(address -> new Backend(address, PORT, local)).toList());
  }

  /** A Service for this node's sockets: at random. */
  private static ServicePlan inside(Protocol protocol, IpAddress vip, List<IpAddress> endpoints) {
    return plan(
        key("cluster-" + protocol.name().toLowerCase(Locale.ROOT), protocol, vip),
        Frontend.Kind.CLUSTER_IP,
        Route.Algorithm.RANDOM,
        vip,
        endpoints.stream().map(address -> new Backend(address, PORT, true)).toList());
  }

  private static PortKey key(String name, Protocol protocol, IpAddress vip) {
    String family = vip.family().name().toLowerCase(Locale.ROOT);
    return new PortKey(new ServiceName("bench", name + "-" + family), "", protocol, vip.family());
  }

  private static ServicePlan plan(
      PortKey key,
      Frontend.Kind kind,
      Route.Algorithm algorithm,
      IpAddress vip,
      List<Backend> backends) {
    Route route =
        new Route(
            backends,
            algorithm,
            Route.WhenEmpty.REJECT,
            Route.ListKind.CLUSTER,
            Route.Reason.READY);
    Frontend frontend = new Frontend(vip, PORT, kind, route, route, Set.of(), List.of());
    return new ServicePlan(
        key.service(),
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

  FlowState flows() {
    return flows;
  }

  /** Index of the device that packets enter and leave by. */
  int uplink() {
    return node.outside();
  }

  BpfProgram ingress() {
    return objects.ingress(LoadedObjects.ETHERNET_HEADER);
  }

  BpfProgram egress() {
    return objects.egress(LoadedObjects.ETHERNET_HEADER);
  }

  /** What the verifier says about each program of the data plane. */
  List<ProgramFacts> programs() {
    // These load what is loaded late, and the first some programs a second time.
    try (Rehearsal _ = new Rehearsal(objects);
        StaleSocketFinder _ = new StaleSocketFinder(objects, true)) {
      Map<String, ProgramFacts> facts = new LinkedHashMap<>();
      opened.stream()
          .flatMap(object -> object.programs().stream())
          .map(ProgramFacts::of)
          .flatMap(Optional::stream)
          .forEach(program -> facts.putIfAbsent(program.name(), program));
      return List.copyOf(facts.values());
    }
  }

  @Override
  public void close() {
    objects.close();
    node.close();
  }
}

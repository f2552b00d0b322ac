// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.datapath.Frame.Socket;
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
import dev.sluice.node.NetworkNamespaceCookie;
import dev.sluice.node.PrivateNetwork;
import dev.sluice.node.Sysctl;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortKey;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.nio.file.Path;
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
  private static final MapSizes SIZES = new MapSizes(4096, 4096, 16384, 1 << 19, 1 << 19);

  private final PrivateNetwork network = new PrivateNetwork();
  private final LoadedObjects objects;
  private final FlowState flows;
  private final int uplink;

  Testbed() {
    LoadedObjects loaded = null;
    try {
      network.configure(
          List.of(
              "link add uplink type veth peer name far",
              "link set uplink arp off up",
              "link set far up",
              "link set lo up",
              "route add 0.0.0.0/0 dev uplink",
              "route add ::/0 dev uplink"));
      uplink = network.deviceIndex("uplink");
      loaded = LoadedObjects.unpinned(new LoadOptions(SIZES, true, true, false, false));
      objects = loaded;
      flows = new FlowState(objects);
      network.call(
          () -> {
            configure();
            return null;
          });
    } catch (RuntimeException e) {
      if (loaded != null) {
        loaded.close();
      }
      network.close();
      throw e;
    }
  }

  private void configure() {
    // Without forwarding, bpf_fib_lookup finds no route.
    Sysctl sysctl = new Sysctl(Path.of("/"));
    sysctl.write("net.ipv4.ip_forward", "1");
    sysctl.write("net.ipv6.conf.all.forwarding", "1");
    NodeTable node = new NodeTable(objects);
    Map<IpFamily, IpAddress> sources = new EnumMap<>(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      sources.put(family, Addresses.of(family).node());
    }
    node.write(
        new NodeTable.Facts(
            NetworkNamespaceCookie.ofCurrentThread().orElse(0),
            sources,
            FIRST_NAT_PORT,
            LAST_NAT_PORT,
            FlowTimeouts.DEFAULT));
    node.putDevice(uplink, Map.of(), false);
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
    return network;
  }

  LoadedObjects objects() {
    return objects;
  }

  /** Index of the device that packets enter and leave by. */
  int uplink() {
    return uplink;
  }

  void forgetFlows() {
    flows.forgetFlows();
  }

  /** The ends of the n-th client's connection. */
  static Socket client(IpFamily family, int number) {
    return new Socket(Addresses.of(family).client(number / 60_000), 1024 + number % 60_000);
  }

  @Override
  public void close() {
    objects.close();
    network.close();
  }
}

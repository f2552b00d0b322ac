// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.DeviceFlags;
import dev.sluice.bpf.Hook;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Reason;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfMap;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.ClsactFilter;
import dev.sluice.loader.TcDirection;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.model.ServiceName;
import dev.sluice.node.PrivateNamespace;
import dev.sluice.packets.End;
import dev.sluice.packets.Plug;
import dev.sluice.packets.Plug.Seen;
import dev.sluice.packets.Sent;
import dev.sluice.packets.TunPlug;
import dev.sluice.packets.VethPlug;
import dev.sluice.plan.ServicePlan;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A node in a network namespace of its own: devices, routes, and the programs with their maps.
 * Packets come to the programs as its {@link Delivery} says. All calls run on the namespace's
 * thread.
 *
 * <p>When the programs are attached, whatever they hand on at ingress is led to an observer device
 * by a tc filter behind them, so that the packet is seen as they left it, before the stack.
 */
final class NodeUnderTest implements AutoCloseable {
  /** Connections that fit the flow table. */
  static final int CONNECTIONS = 2;

  private static final MapSizes SIZES = new MapSizes(64, 64, 4096, 2 * CONNECTIONS, 256, 64);
  private static final int OURS_FIRST = 1;
  private static final int OBSERVER_NEXT = 2;

  /** How long something that is expected may take. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** How long to look for something that is not expected. */
  private static final Duration GLANCE = Duration.ofMillis(3);

  /**
   * What became of a packet.
   *
   * @param by the device it left by, if it was sent on and a wire showed it
   */
  @SuppressWarnings("ArrayRecordComponent") // a packet that nobody compares as a record
  record Outcome(Reason reason, Fate fate, Optional<Place> by, byte[] bytes) {}

  private final Delivery delivery;
  private final PrivateNamespace namespace;
  private final Map<Place, Plug> plugs = new EnumMap<>(Place.class);
  private final List<BpfLink> links = new ArrayList<>();
  private final Set<ServiceName> installed = new HashSet<>();
  private final Plug observer;
  private final LoadedObjects objects;
  private final EventRing events;
  private final TestRuns runs;
  private final Dataplane dataplane;
  private final NodeTable table;

  NodeUnderTest(Delivery delivery) {
    this(delivery, true);
  }

  NodeUnderTest(Delivery delivery, boolean collectInKernel) {
    this(delivery, collectInKernel, Sampling.DEFAULT);
  }

  NodeUnderTest(Delivery delivery, boolean collectInKernel, Sampling sampling) {
    this(delivery, collectInKernel, sampling, SIZES);
  }

  NodeUnderTest(Delivery delivery, boolean collectInKernel, Sampling sampling, MapSizes sizes) {
    this.delivery = delivery;
    this.namespace = new PrivateNamespace();
    namespace.run("ip link set lo up");
    setUpStack();
    plugs.put(Place.UPLINK, plug("uplink"));
    plugs.put(Place.POD, plug("pod"));
    plugs.put(Place.FABRIC, VethPlug.create(namespace, "fabric"));
    observer = plug("observer");
    for (IpFamily family : IpFamily.values()) {
      addRoutes(Cast.of(family));
    }
    objects =
        LoadedObjects.unpinned(
            new LoadOptions(sizes, true, collectInKernel, false, true, true, sampling));
    events = new EventRing(objects);
    runs = new TestRuns(objects);
    dataplane = new Dataplane(objects);
    dataplane.sweep();
    dataplane.setServiceNetworks(
        Stream.of(IpFamily.values()).map(family -> Cast.of(family).serviceNetwork()).toList());
    table = new NodeTable(objects);
    if (delivery != Delivery.TEST_RUN) {
      plugs.values().forEach(this::attach);
    }
  }

  private Plug plug(String name) {
    return delivery == Delivery.TUN
        ? TunPlug.create(namespace, name)
        : VethPlug.create(namespace, name);
  }

  private void setUpStack() {
    // Without forwarding, bpf_fib_lookup finds no route.
    Plug.setSysctl(namespace, "ipv4/ip_forward", 1);
    Plug.setSysctl(namespace, "ipv6/conf/all/forwarding", 1);
    // What a new device reports of its multicast groups is over before programs count packets.
    Plug.setSysctl(namespace, "ipv6/conf/default/mldv2_unsolicited_report_interval", 1);
  }

  private void addRoutes(Cast cast) {
    boolean ipv4 = cast.family() == IpFamily.IPV4;
    String ip = ipv4 ? "ip -4 " : "ip -6 ";
    namespace.run(
        ip + "address add " + cast.node() + (ipv4 ? "/24 dev fabric" : "/64 dev fabric nodad"));
    String one = "/" + cast.family().addressBits();
    namespace.run(ip + "route add " + cast.remotePod() + one + " via " + cast.router());
    neighbour("fabric", cast.router());
    namespace.run(ip + "route add " + cast.client() + one + " dev uplink");
    if (delivery != Delivery.TUN) {
      neighbour("uplink", cast.client());
    }
  }

  private void neighbour(String device, IpAddress address) {
    namespace.run(
        "ip neighbour add "
            + address
            + " lladdr "
            + VethPlug.NEIGHBOUR
            + " nud permanent dev "
            + device);
  }

  private void attach(Plug plug) {
    BpfProgram ingress = objects.ingress(plug.linkHeaderLength());
    BpfProgram egress = objects.egress(plug.linkHeaderLength());
    namespace.call(
        () -> {
          ClsactFilter.createQdisc(plug.index());
          if (BpfLink.supportsTcx(ingress)) {
            links.add(BpfLink.attachTcx(ingress, plug.index(), TcDirection.INGRESS));
            links.add(BpfLink.attachTcx(egress, plug.index(), TcDirection.EGRESS));
          } else {
            filter(plug, TcDirection.INGRESS).attach(ingress);
            filter(plug, TcDirection.EGRESS).attach(egress);
          }
          return null;
        });
    namespace.run(
        "tc filter add dev %s ingress pref %d protocol all u32 match u32 0 0 action mirred egress redirect dev observer"
            .formatted(deviceName(plug), OBSERVER_NEXT));
  }

  private static ClsactFilter filter(Plug plug, TcDirection direction) {
    return new ClsactFilter(plug.index(), direction, OURS_FIRST, 1);
  }

  private String deviceName(Plug plug) {
    return plugs.entrySet().stream()
        .filter(entry -> entry.getValue() == plug)
        .map(entry -> entry.getKey().name().toLowerCase(java.util.Locale.ROOT))
        .findFirst()
        .orElseThrow();
  }

  /** Forgets flows, Services and packets on the wires. */
  void reset() {
    for (FamilyLayout layout : FamilyLayout.values()) {
      clear(objects.map(layout.flowMap));
      clear(objects.map(layout.embryoMap));
    }
    List.of(
            MapNames.AFFINITY4,
            MapNames.AFFINITY6,
            MapNames.FRAGMENT4,
            MapNames.FRAGMENT6,
            MapNames.SHARED_PORT)
        .forEach(name -> clear(objects.map(name)));
    List.copyOf(installed).forEach(this::remove);
    podNetworks();
    // A bit of a filter goes when it was idle at two collections.
    collect();
    collect();
    natPorts(Cast.NAT_PORT, Cast.NAT_PORT);
    xdpOn(Place.UPLINK, Place.FABRIC);
    plugs.forEach(
        (place, plug) ->
            table.putDevice(
                plug.index(),
                Map.of(),
                (place == Place.POD ? DeviceFlags.INSIDE : 0)
                    | (plug.linkHeaderLength() > 0 ? DeviceFlags.ETHERNET : 0)));
    namespace.call(
        () -> {
          plugs.values().forEach(NodeUnderTest::drain);
          drain(observer);
          return null;
        });
  }

  private static void drain(Plug plug) {
    while (plug.seen().isPresent()) {
      // somebody else's
    }
  }

  static void clear(BpfMap map) {
    try (Arena arena = Arena.ofConfined()) {
      List<MemorySegment> keys = new ArrayList<>();
      map.forEach((key, value) -> keys.add(arena.allocate(key.byteSize(), 8).copyFrom(key)));
      keys.forEach(map::delete);
    }
  }

  void apply(ServicePlan plan) {
    installed.add(plan.name());
    dataplane.apply(plan);
  }

  void remove(ServiceName service) {
    installed.remove(service);
    dataplane.apply(ServicePlan.nothing(service));
  }

  void collect() {
    collect(FlowTimeouts.DEFAULT);
  }

  CollectionResult collect(FlowTimeouts timeouts) {
    return dataplane.collect(timeouts);
  }

  /** Lets time pass; time stamps of flows are coarse, 256 ms on many kernels. */
  void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sets the range of ports for source NAT, inclusive. */
  void natPorts(int first, int last) {
    Map<IpFamily, IpAddress> addresses = new EnumMap<>(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      addresses.put(family, Cast.of(family).node());
    }
    table.write(new NodeTable.Facts(1, addresses, first, last, FlowTimeouts.DEFAULT));
  }

  /** Sets the networks that the local-traffic detector takes for pods'. */
  void podNetworks(Cidr... networks) {
    dataplane.setPodNetworks(Set.of(networks));
  }

  /** What the programs have told since the last call. */
  List<DataplaneEvent> events() {
    return events.take();
  }

  /** The interface index of a device. */
  int index(Place place) {
    return plugs.get(place).index();
  }

  /** Gives a device a source address of its own. */
  void sourceAddress(Place place, IpAddress address) {
    table.putDevice(index(place), Map.of(address.family(), address), 0);
  }

  /** Makes these the devices that XDP can send by. */
  void xdpOn(Place... places) {
    Map<Integer, XdpPorts.Port> ports = new HashMap<>();
    for (Place place : places) {
      int index = index(place);
      ports.put(index, new XdpPorts.Port(index, XdpPorts.UNTAGGED));
    }
    namespace.call(
        () -> {
          new XdpPorts(objects).write(ports);
          return null;
        });
    new NextHopGeneration(objects).advance();
  }

  LoadedObjects objects() {
    return objects;
  }

  /** All work with test runs is done on the namespace's thread. */
  PrivateNamespace namespace() {
    return namespace;
  }

  /** Runs a command on the node, and tells the programs that next hops may differ now. */
  void run(String command) {
    namespace.run(command);
    new NextHopGeneration(objects).advance();
  }

  /** The uplink is on a shared link, and has this MAC address. */
  void hearsOthers(String address) {
    table.putDevice(index(Place.UPLINK), Map.of(), DeviceFlags.HEARS_OTHERS);
    namespace.run("ip link set uplink address " + address);
    // The kernel has forgotten the device's neighbours by that.
    for (IpFamily family : IpFamily.values()) {
      neighbour("uplink", Cast.of(family).client());
    }
  }

  /** The device puts packets into others, and what is too long for that is cut up behind it. */
  void encapsulates(Place place) {
    table.putDevice(index(place), Map.of(), DeviceFlags.ENCAPSULATES);
  }

  /** A socket sends to backends from this port, and to the frontend by packets. */
  void sharePort(End frontend, int port) {
    new SharedPorts(objects).add(frontend, port);
  }

  /** Takes one half of a half-open flow away, as the LRU map does under pressure. */
  void evict(End source, End destination, Protocol protocol) {
    FamilyLayout layout = FamilyLayout.of(source.address().family());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocate(layout.key.size(), 8);
      Bytes.putAddress(key, 0, source.address());
      Bytes.putAddress(key, layout.key.destination(), destination.address());
      Bytes.putPort(key, layout.key.sourcePort(), source.port());
      Bytes.putPort(key, layout.key.destinationPort(), destination.port());
      Bytes.putByte(key, layout.key.protocol(), protocol.number());
      if (!objects.map(layout.embryoMap).delete(key)) {
        throw new AssertionError("no half-open flow " + source + " > " + destination);
      }
    }
  }

  /**
   * Lets a packet enter or leave by a device.
   *
   * @param patient whether something is expected to come out
   */
  Outcome deliver(Hook hook, Place place, Sent packet, boolean patient) {
    return namespace.call(
        () ->
            switch (delivery) {
              case TEST_RUN -> runs.run(hook, index(place), packet);
              case ETHERNET, TUN -> pass(hook, place, packet, patient ? PATIENCE : GLANCE);
            });
  }

  private Outcome pass(Hook hook, Place place, Sent packet, Duration patience) {
    Plug plug = plugs.get(place);
    ReasonCounts before = ReasonCounts.now(objects, hook);
    boolean enters = hook == Hook.TC_INGRESS;
    if (enters) {
      plug.receive(packet);
    } else {
      plug.transmit(packet);
    }
    long end = System.nanoTime() + patience.toNanos();
    do {
      Optional<Seen> handedOn = (enters ? observer : plug).seen();
      if (handedOn.isPresent()) {
        return outcome(before, Fate.HANDED_ON, Optional.empty(), handedOn.get());
      }
      for (Map.Entry<Place, Plug> other : plugs.entrySet()) {
        Optional<Seen> sent = other.getValue().seen();
        if (sent.isPresent()) {
          return other.getKey() == place
              ? outcome(before, Fate.SENT_BACK, Optional.empty(), sent.get())
              : outcome(before, Fate.SENT_ON, Optional.of(other.getKey()), sent.get());
        }
      }
      Thread.onSpinWait();
    } while (System.nanoTime() < end);
    return new Outcome(TestRuns.one(before.since()), Fate.DROPPED, Optional.empty(), new byte[0]);
  }

  private Outcome outcome(ReasonCounts before, Fate fate, Optional<Place> by, Seen seen) {
    if (seen.link().length > 0 && !isRight(fate, seen.link())) {
      throw new AssertionError(fate + " to a wrong MAC address " + Arrays.toString(seen.link()));
    }
    return new Outcome(TestRuns.one(before.since()), fate, by, seen.bytes());
  }

  private static boolean isRight(Fate fate, byte[] link) {
    return switch (fate) {
      case SENT_BACK -> VethPlug.goesBack(link);
      case SENT_ON -> VethPlug.goesToNeighbour(link);
      case HANDED_ON, DROPPED -> true;
    };
  }

  @Override
  public void close() {
    links.forEach(BpfLink::close);
    events.close();
    objects.close();
    namespace.call(
        () -> {
          plugs.values().forEach(Plug::close);
          observer.close();
          return null;
        });
    namespace.close();
  }
}

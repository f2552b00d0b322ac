// SPDX-License-Identifier: Apache-2.0
package dev.sluice.verify;

import dev.sluice.bpf.DeviceFlags;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.dataplane.FlowState;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.dataplane.NextHopGeneration;
import dev.sluice.dataplane.NodeTable;
import dev.sluice.dataplane.XdpPorts;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LocalTraffic;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.trial.CountedReasons;
import dev.sluice.trial.NodeSockets;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.PacketRun;
import dev.sluice.trial.StandIn;
import dev.sluice.trial.Verdict;
import dev.sluice.trial.XdpRun;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The real programs with maps of their own, and a network that stands for the node's. They are
 * loaded once; scenario after scenario is installed in them.
 */
final class Testbed implements AutoCloseable {
  /** kube-proxy picks anew for each connection; so many show whether every backend is used. */
  private static final int FEWEST_CONNECTIONS = 256;

  private static final int CONNECTIONS_PER_BACKEND = 64;

  /** For a verdict that does not depend on the connection. */
  private static final int A_FEW = 16;

  private static final int FIRST_PORT = 1024;
  private static final int LAST_PORT = 65535;
  private static final int FIRST_NAT_PORT = 32768;

  private final StandIn node = new StandIn();
  private final Planning planning;
  private final LoadedObjects objects;
  private final Dataplane dataplane;
  private final NodeTable table;
  private final FlowState flowState;
  private final PacketRun packets;
  private final Set<ServiceName> installed = new HashSet<>();
  private Optional<NodeSockets> sockets = Optional.empty();
  private Optional<XdpRun> xdp = Optional.empty();
  private boolean pins;

  /** Who makes a Service's plan. */
  @FunctionalInterface
  interface Planning {
    /** The planner for a node. */
    Function<ServiceState, ServicePlan> on(NodeFacts node, ProxyConfig config);
  }

  Testbed() {
    this(
        new MapSizes(65536, 131072, 262144, 4096, 65536, 64),
        (facts, config) -> new Planner(facts, config)::plan);
  }

  Testbed(MapSizes sizes, Planning planning) {
    this.planning = planning;
    LoadedObjects loaded = null;
    try {
      loaded = LoadedObjects.unpinned(new LoadOptions(sizes, true, false, false, true));
      dataplane = new Dataplane(loaded);
      table = new NodeTable(loaded);
      flowState = new FlowState(loaded);
      packets = new PacketRun(loaded);
      objects = loaded;
    } catch (RuntimeException e) {
      if (loaded != null) {
        loaded.close();
      }
      node.close();
      throw e;
    }
  }

  /** Lets all that enters by the NIC meet the XDP program first, from now on. */
  void useXdp() {
    XdpPorts.Port nic = new XdpPorts.Port(node.outside(), XdpPorts.UNTAGGED);
    xdp = Optional.of(new XdpRun(objects));
    new XdpPorts(objects).write(Map.of(node.outside(), nic));
    new NextHopGeneration(objects).advance();
  }

  /** Begins a scenario on a node with nothing installed. */
  void clear() {
    installed.forEach(name -> dataplane.apply(ServicePlan.nothing(name)));
    installed.clear();
    flowState.forgetFlows();
    flowState.forgetPins();
    // A bit of a filter goes when it was idle at two collections.
    dataplane.collect(FlowTimeouts.DEFAULT);
    dataplane.collect(FlowTimeouts.DEFAULT);
  }

  /**
   * Installs a step's objects in place of those before.
   *
   * @return what of them is not installed as written
   */
  List<String> install(ProxyConfig config, Scenario.Step step) {
    describeNode(step.node(), config.localTraffic());
    dataplane.setServiceNetworks(config.guardedNetworks());
    Function<ServiceState, ServicePlan> planner = planning.on(step.node(), config);
    List<String> notes = new ArrayList<>();
    Set<ServiceName> gone = new HashSet<>(installed);
    pins = false;
    for (ServiceState state : step.states()) {
      ServicePlan plan = planner.apply(state);
      gone.remove(state.name());
      installed.add(state.name());
      plan.notes().forEach(note -> notes.add(state.name() + ": " + note));
      try {
        notes.addAll(dataplane.apply(plan));
      } catch (DataplaneException e) {
        notes.add(state.name() + " keeps what it had: " + e.getMessage());
      }
      pins |= plan.ports().stream().anyMatch(port -> port.affinitySeconds() > 0);
    }
    gone.forEach(name -> dataplane.apply(ServicePlan.nothing(name)));
    installed.removeAll(gone);
    notes.addAll(dataplane.clashes());
    return notes;
  }

  private void describeNode(NodeFacts facts, LocalTraffic detector) {
    node.setAddresses(facts.addresses());
    Map<IpFamily, IpAddress> sources = new EnumMap<>(IpFamily.class);
    for (IpFamily family : IpFamily.values()) {
      sources.put(family, facts.primaryIp(family).orElseGet(() -> StandIn.substitute(family)));
    }
    table.write(
        new NodeTable.Facts(
            node.cookie(), sources, FIRST_NAT_PORT, LAST_PORT, FlowTimeouts.DEFAULT));
    // Scenarios name no devices: a detector by device takes the pods' for what it looks for.
    boolean detected = !detector.interfaceName().isEmpty();
    table.putDevice(
        node.inside(), Map.of(), DeviceFlags.INSIDE | (detected ? DeviceFlags.DETECTED : 0));
    table.putDevice(node.outside(), Map.of(), 0);
    dataplane.setPodNetworks(detector.podNetworks(facts));
  }

  /** Runs a flow's first packets, or opens its sockets, and tells what they meet. */
  Found run(Flow flow) {
    return run(flow, connections(flow.expected()), pins);
  }

  /**
   * Runs as many connections of a flow.
   *
   * @param manyClients whether one client stands for many, so that each may get another backend
   */
  Found run(Flow flow, int connections, boolean manyClients) {
    flowState.forgetFlows();
    CountedReasons reasons = CountedReasons.from(objects);
    Set<Outcome> outcomes = new HashSet<>();
    for (int connection = 0; connection < connections; connection++) {
      outcomes.add(connect(flow, connection));
      if (manyClients) {
        flowState.forgetPins(flow.source().family());
      }
    }
    return new Found(
        merge(outcomes), reasons.since(), xdp.map(XdpRun::complaints).orElse(Set.of()));
  }

  /**
   * Opens one connection of a flow. Whoever calls this forgets flows and pins when it is time to.
   *
   * @param number tells the flow's connections apart
   */
  Outcome connect(Flow flow, int number) {
    return switch (flow.from()) {
      case POD -> packet(flow, node.inside(), number);
      case EXTERNAL -> packet(flow, node.outside(), number);
      case NODE -> sockets().open(flow.call());
    };
  }

  FlowState flowState() {
    return flowState;
  }

  /** 256, or 64 for each backend. */
  private static int connections(Outcome expected) {
    return switch (expected.verdict()) {
      case FORWARD ->
          Math.max(FEWEST_CONNECTIONS, CONNECTIONS_PER_BACKEND * expected.backends().size());
      case REJECT, DROP, PASS -> A_FEW;
    };
  }

  private Outcome packet(Flow flow, int device, int connection) {
    int sourcePort = FIRST_PORT + connection % (LAST_PORT - FIRST_PORT + 1);
    return xdp.isPresent() && device == node.outside()
        ? xdp.get().connect(flow.call(), sourcePort, device)
        : packets.first(flow.call(), sourcePort, device);
  }

  private NodeSockets sockets() {
    if (sockets.isEmpty()) {
      sockets = Optional.of(new NodeSockets(objects));
    }
    return sockets.get();
  }

  /** Several connections' outcomes as one; they differ in their backends only, or not at all. */
  private static Set<Outcome> merge(Set<Outcome> outcomes) {
    Map<Verdict, Set<String>> merged = new EnumMap<>(Verdict.class);
    for (Outcome outcome : outcomes) {
      merged.computeIfAbsent(outcome.verdict(), key -> new HashSet<>()).addAll(outcome.backends());
    }
    Set<Outcome> result = new HashSet<>();
    merged.forEach((verdict, backends) -> result.add(new Outcome(verdict, backends)));
    return result;
  }

  /** All work with the programs is done on the namespace's thread. */
  StandIn node() {
    return node;
  }

  @Override
  public void close() {
    sockets.ifPresent(NodeSockets::close);
    objects.close();
    node.close();
  }
}

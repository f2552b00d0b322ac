// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.attach.SocketHooks;
import dev.sluice.bpf.MapNames;
import dev.sluice.dataplane.Counting;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.FlowTimeouts;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.MapSizes;
import dev.sluice.dataplane.NodeTable;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.node.DeviceRole;
import dev.sluice.node.NetworkImage;
import dev.sluice.node.NodeException;
import dev.sluice.node.Rtnetlink;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.trial.Call;
import dev.sluice.trial.Origin;
import dev.sluice.trial.Outcome;
import dev.sluice.trial.PacketRun;
import dev.sluice.trial.StandIn;
import dev.sluice.verify.Scenario;
import dev.sluice.verify.ScenarioReader;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;

/**
 * A data plane with the Services of {@code trace/node.yaml} in a network namespace of its own, that
 * plays a running agent's: packets can be run through it, and traced beside it.
 */
public final class TracedNode implements AutoCloseable {
  private static final String SCENARIO = "src/test/resources/trace/node.yaml";
  private static final int NAT_PORT = 61000;
  private static final List<String> WRITTEN_BY_PACKETS =
      List.of(
          MapNames.FLOW4,
          MapNames.FLOW6,
          MapNames.EMBRYO4,
          MapNames.EMBRYO6,
          MapNames.AFFINITY4,
          MapNames.AFFINITY6,
          MapNames.NODE,
          MapNames.STATS,
          MapNames.PRESSURE,
          MapNames.SERVICE_STATS);

  private final StandIn standIn;
  private final LoadedObjects live;
  private final Dataplane dataplane;
  private final List<ServicePlan> plans;
  private final Tracer tracer;
  private final List<AttachedDevice> devices;
  private final Set<Cidr> podNetworks;
  private SocketHooks hooks = SocketHooks.ALL;

  public TracedNode() {
    this.standIn = standIn();
    Scenario scenario = new ScenarioReader().read(Path.of(SCENARIO)).getFirst();
    Scenario.Step step = scenario.steps().getFirst();
    standIn.setAddresses(step.node().addresses());
    standIn
        .network()
        .configure(
            List.of(
                "route add 10.1.0.0/24 dev inside",
                "route add fd00:1::/64 dev inside",
                "route add 10.1.9.0/24 dev outside",
                "route add fd00:1:9::/48 dev outside"));
    live =
        LoadedObjects.unpinned(
            new LoadOptions(
                new MapSizes(256, 256, 4096, 1024, 1024, 1024), true, true, false, true));
    dataplane = new Dataplane(live);
    NodeTable table = new NodeTable(live);
    table.write(
        new NodeTable.Facts(
            1,
            Map.of(
                IpFamily.IPV4, IpAddress.parse("198.51.100.1"),
                IpFamily.IPV6, IpAddress.parse("2001:db8:1::1")),
            NAT_PORT,
            NAT_PORT,
            FlowTimeouts.DEFAULT));
    // As in scenarios: a detector by device takes the pods' for what it looks for.
    boolean detected = !scenario.config().localTraffic().interfaceName().isEmpty();
    devices =
        List.of(
            device(standIn.inside(), "inside", DeviceRole.POD, detected),
            device(standIn.outside(), "outside", DeviceRole.UPLINK, false));
    devices.forEach(device -> table.putDevice(device.interfaceIndex(), Map.of(), device.flags()));
    podNetworks = scenario.config().localTraffic().podNetworks(step.node());
    dataplane.setPodNetworks(podNetworks);
    dataplane.setServiceNetworks(scenario.config().guardedNetworks());
    Planner planner = new Planner(step.node(), scenario.config());
    plans = step.states().stream().map(planner::plan).toList();
    plans.forEach(dataplane::apply);
    tracer = new Tracer(live, dataplane, new View());
  }

  private static AttachedDevice device(int index, String name, DeviceRole role, boolean detected) {
    return new AttachedDevice(
        index,
        name,
        role,
        LoadedObjects.ETHERNET_HEADER,
        Map.of(),
        detected,
        Counting.ALL,
        Counting.ALL);
  }

  private static StandIn standIn() {
    try {
      return new StandIn();
    } catch (NodeException e) {
      Assumptions.abort("skipped: " + e.getMessage());
      throw e;
    }
  }

  private final class View implements NodeView {
    @Override
    public NetworkImage network() {
      return standIn
          .network()
          .call(
              () -> {
                try (Rtnetlink rtnetlink = Rtnetlink.open()) {
                  return NetworkImage.of(
                      rtnetlink.links(), rtnetlink.addresses(), rtnetlink.defaultRoutes());
                }
              });
    }

    @Override
    public List<AttachedDevice> devices() {
      return devices;
    }

    @Override
    public SocketHooks socketHooks() {
      return hooks;
    }

    @Override
    public List<ServicePlan> plans() {
      return plans;
    }

    @Override
    public Set<Cidr> podNetworks() {
      return podNetworks;
    }
  }

  /** Whose sockets the node says it translates; at first all. */
  public void setSocketHooks(SocketHooks newHooks) {
    hooks = newHooks;
  }

  /** Traces; addresses as text, 0 for any source port. */
  public Explanation explain(
      Protocol protocol, String source, int sourcePort, String destination, int port) {
    return explain(
        new Question(
            protocol,
            IpAddress.parse(source),
            sourcePort,
            IpAddress.parse(destination),
            port,
            Optional.empty(),
            Optional.empty()));
  }

  public Explanation explain(Question question) {
    return standIn.network().call(() -> tracer.explain(question));
  }

  /** Lets the first packet of a TCP connection enter the running data plane. */
  public Outcome connect(Origin from, String source, int sourcePort, String destination, int port) {
    Call call =
        new Call(from, IpAddress.parse(source), IpAddress.parse(destination), port, Protocol.TCP);
    int device = from == Origin.POD ? standIn.inside() : standIn.outside();
    return standIn.network().call(() -> new PacketRun(live).first(call, sourcePort, device));
  }

  /** Every byte of the maps that packets write to. */
  public Map<String, String> state() {
    Map<String, String> state = new TreeMap<>();
    for (String name : WRITTEN_BY_PACKETS) {
      live.map(name)
          .forEach(
              (key, value) ->
                  state.put(
                      name + " " + HexFormat.of().formatHex(key.toArray(ValueLayout.JAVA_BYTE)),
                      HexFormat.of().formatHex(value.toArray(ValueLayout.JAVA_BYTE))));
    }
    return state;
  }

  @Override
  public void close() {
    tracer.close();
    live.close();
    standIn.close();
  }
}

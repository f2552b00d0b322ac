// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.attach.DeviceAttachments;
import dev.sluice.attach.SocketAttachments;
import dev.sluice.attach.SocketHooks;
import dev.sluice.attach.XdpAttachments;
import dev.sluice.attach.XdpUse;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.EventRing;
import dev.sluice.dataplane.LoadOptions;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.NextHopGeneration;
import dev.sluice.dataplane.NodeTable;
import dev.sluice.model.Cidr;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.node.CgroupRoot;
import dev.sluice.node.KernelFeature;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.Link;
import dev.sluice.node.NetworkChange;
import dev.sluice.node.NetworkImage;
import dev.sluice.node.NetworkNamespaceCookie;
import dev.sluice.node.NextHopMonitor;
import dev.sluice.node.NodeNetwork;
import dev.sluice.plan.ServicePlan;
import dev.sluice.server.AdminServer;
import dev.sluice.source.ServiceSource;
import dev.sluice.trace.Explanation;
import dev.sluice.trace.NodeView;
import dev.sluice.trace.Tracer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running instance: source, plan, dataplane, devices and sockets put together. Everything it
 * installs stays when it closes; {@link Detachment} takes it away.
 */
final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  /** How long a question for new events waits for the first one. */
  private static final Duration EVENTS_PATIENCE = Duration.ofSeconds(1);

  private final InstanceOptions instance;
  private final RunOptions options;
  private final KernelFeatures features;
  private final Deque<AutoCloseable> closing = new ArrayDeque<>();
  private final ScheduledExecutorService timer;
  private final Dataplane dataplane;
  private final NodeTable nodeTable;
  private final NodeNetwork network;
  private final DeviceAttachments devices;
  private final Services services;
  private final Path cgroup;
  private final Maintenance maintenance;
  private final Tracer tracer;
  private final StaleSockets staleSockets;
  private final Events events;
  private volatile boolean started;

  /**
   * Loads the programs on the instance's maps and begins to follow the source; nothing is attached
   * yet. Call it on a platform thread in the node's network namespace.
   */
  Agent(InstanceOptions instance, RunOptions options, ServiceSource source) {
    this.instance = instance;
    this.options = options;
    this.features = options.kernelFeatures();
    try {
      AdminServer admin =
          AdminServer.open(
              instance.adminSocket(),
              Map.of(
                  "status",
                  argument -> status(),
                  "services",
                  argument -> ports(),
                  "events",
                  this::events,
                  "trace",
                  this::trace));
      closing.push(admin);
      new ReservedPorts(instance.reservedPorts()).reserve(options.snatPorts());
      LoadedObjects objects = LoadedObjects.open(instance.pins(), loadOptions());
      closing.push(objects);
      network = NodeNetwork.open();
      closing.push(network);
      nodeTable = new NodeTable(objects);
      writeNode();
      dataplane = new Dataplane(objects);
      staleSockets = new StaleSockets(objects, features);
      closing.push(staleSockets);
      devices =
          new DeviceAttachments(
              objects,
              nodeTable,
              instance.pins(),
              options.devices(),
              options.proxyConfig().localTraffic(),
              options.attachMode(features),
              new XdpAttachments(objects, instance.pins(), options.xdp()));
      cgroup = CgroupRoot.find(Path.of("/"), options.cgroup()).path();
      NodeFacts facts = NodeState.facts(options.node(), network.image());
      options.proxy().warnings(facts).forEach(line -> LOG.warn("{}", line));
      services = new Services(dataplane, facts, options.proxyConfig());
      source.start(services);
      closing.push(source);
      services.awaitInstalled();
      attach(objects);
      tracer = new Tracer(objects, dataplane, new View());
      closing.push(tracer);
      followStaleSockets();
      timer = Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
      closing.push(timer::shutdownNow);
      Counters counters = Counters.open(instance.pins());
      closing.push(counters);
      events = new Events(new EventRing(objects), counters, this::deviceName);
      closing.push(events);
      events.start();
      maintenance =
          new Maintenance(
              dataplane, services, counters, options.timeouts(), options.collectEvery());
      ScheduledFuture<?> collecting =
          timer.scheduleWithFixedDelay(
              maintenance,
              Maintenance.PERIOD.toMillis(),
              Maintenance.PERIOD.toMillis(),
              TimeUnit.MILLISECONDS);
      started = true;
      closing.push(() -> collecting.cancel(false));
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while starting", e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private LoadOptions loadOptions() {
    return new LoadOptions(
        options.mapSizes(),
        features.has(KernelFeature.SET_RETVAL),
        features.has(KernelFeature.SYSCALL_PROGRAMS)
            && features.has(KernelFeature.FOR_EACH_MAP_ELEMENT),
        options.socketHooks() == SocketHooks.NODE,
        options.proxyConfig().mode() == ProxyConfig.Mode.NFTABLES,
        options.sampling());
  }

  private void attach(LoadedObjects objects) {
    if (options.xdp() != XdpUse.OFF) {
      NextHopGeneration generation = new NextHopGeneration(objects);
      closing.push(NextHopMonitor.open(generation::advance));
    }
    network.addListener(this::networkChanged);
    devices.start(network.image());
    devices.requireXdp();
    switch (options.socketHooks()) {
      case ALL, NODE -> SocketAttachments.attach(objects, instance.pins(), cgroup);
      case OFF -> SocketAttachments.detachAll(instance.pins());
    }
  }

  /** Backends may have gone while no agent ran, so the first sweep is at once. */
  private void followStaleSockets() {
    dataplane.onDatagramBackendGone(staleSockets::request);
    staleSockets.start();
    staleSockets.request();
  }

  private void networkChanged(NetworkChange change) {
    devices.changed(change);
    if (change.addressesChanged()) {
      // Every pod's device brings link-local addresses: only what plans and programs see counts.
      NodeFacts facts = NodeState.facts(options.node(), change.after());
      if (!facts.equals(NodeState.facts(options.node(), change.before()))) {
        writeNode();
        services.nodeChanged(facts);
      }
    }
  }

  private void writeNode() {
    nodeTable.write(
        new NodeTable.Facts(
            NetworkNamespaceCookie.ofCurrentThread().orElse(0),
            NodeState.primaryAddresses(network.image()),
            options.snatPorts().first(),
            options.snatPorts().last(),
            options.timeouts()));
  }

  private AgentStatus status() {
    requireStarted();
    return StatusReport.status(
        instance,
        options,
        features,
        devices,
        dataplane,
        services,
        cgroup,
        maintenance.lastCollection(),
        staleSockets.status());
  }

  private void requireStarted() {
    if (!started) {
      throw new IllegalStateException("the agent is still starting; ask again in a moment");
    }
  }

  private List<AgentStatus.PortStatus> ports() {
    requireStarted();
    return StatusReport.ports(instance, dataplane, services);
  }

  /** All that are kept; or those behind the number in the argument, for which it waits a moment. */
  private EventReport events(String argument) {
    requireStarted();
    if (argument.isEmpty()) {
      return events.all();
    }
    try {
      return events.after(Long.parseLong(argument), EVENTS_PATIENCE);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + argument + "' is not the number of an event", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("the agent stops", e);
    }
  }

  private String deviceName(int index) {
    return network.image().link(index).map(Link::name).orElse("#" + index);
  }

  private Explanation trace(String question) {
    requireStarted();
    return tracer.explain(TraceQuestion.read(question));
  }

  /** What traces are explained with. */
  private final class View implements NodeView {
    @Override
    public NetworkImage network() {
      return network.image();
    }

    @Override
    public List<AttachedDevice> devices() {
      return devices.attached();
    }

    @Override
    public SocketHooks socketHooks() {
      return options.socketHooks();
    }

    @Override
    public List<ServicePlan> plans() {
      return services.plans();
    }

    @Override
    public Set<Cidr> podNetworks() {
      return services.podNetworks();
    }
  }

  /** Stops following; what is installed goes on by itself. */
  @Override
  public void close() {
    while (!closing.isEmpty()) {
      try {
        closing.pop().close();
      } catch (Exception e) {
        LOG.warn("while stopping: {}", e.toString());
      }
    }
  }
}

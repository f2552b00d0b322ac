// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.DeviceAttachments;
import dev.sluice.attach.SocketAttachments;
import dev.sluice.attach.XdpAttachments;
import dev.sluice.dataplane.Aside;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.EventRing;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.NextHopGeneration;
import dev.sluice.dataplane.NodeTable;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.RegisteredNode;
import dev.sluice.node.CgroupRoot;
import dev.sluice.node.KernelFeatures;
import dev.sluice.node.Link;
import dev.sluice.node.NetworkChange;
import dev.sluice.node.NetworkImage;
import dev.sluice.node.NetworkNamespaceCookie;
import dev.sluice.node.NextHopMonitor;
import dev.sluice.node.NodeNetwork;
import dev.sluice.server.AdminServer;
import dev.sluice.source.ServiceSource;
import dev.sluice.trace.Explanation;
import dev.sluice.trace.Tracer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
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

  /** How long a source may take for its first list before that is worth a word. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final InstanceOptions instance;
  private final RunOptions options;
  private final KernelFeatures features;
  private final Deque<AutoCloseable> closing = new ConcurrentLinkedDeque<>();
  private final ScheduledExecutorService timer;
  private final Dataplane dataplane;
  private final NodeTable nodeTable;
  private final NodeNetwork network;
  private final DeviceAttachments devices;
  private final LoadedObjects objects;
  private final ServiceSource source;
  private final boolean takingOver;
  private final Services services;
  private final Path cgroup;
  private final Maintenance maintenance;
  private final Tracer tracer;
  private final StaleSockets staleSockets;
  private final Events events;
  private volatile boolean started;

  /**
   * Loads the programs on the instance's maps and begins to follow the source. Programs are put on
   * devices and sockets at once if an earlier agent left its Services, so that new pods are served
   * even while the source cannot be read; else {@link #awaitReady} does so. Call it on a platform
   * thread in the node's network namespace.
   *
   * @param configuration all settings that are in force, in JSON, for whoever asks
   * @param maps the instance's, being prepared; the agent closes them
   */
  Agent(
      InstanceOptions instance,
      RunOptions options,
      ServiceSource source,
      String configuration,
      Aside<LoadedObjects> maps) {
    this.instance = instance;
    this.options = options;
    this.features = options.kernelFeatures();
    this.source = source;
    this.takingOver = instance.pins().exists();
    closing.push(() -> maps.discard(LoadedObjects::close));
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
      Surfaces surfaces = new Surfaces(options, source, configuration);
      closing.push(surfaces);
      closing.push(source);
      source.prepare();
      new ReservedPorts(instance.reservedPorts()).reserve(options.snatPorts());
      network = NodeNetwork.open();
      closing.push(network);
      objects = maps.get();
      objects.start();
      nodeTable = new NodeTable(objects);
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
      services = new Services(dataplane, this::facts, options.proxyConfig(), surfaces);
      if (takingOver) {
        attach();
      }
      tracer = new Tracer(objects, dataplane, new AgentView(network, devices, options, services));
      closing.push(tracer);
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
      closing.push(() -> collecting.cancel(false));
      surfaces.started(
          new AgentReadings(dataplane, counters, devices, services, maintenance, staleSockets));
      closing.push(surfaces::stopScrapes);
      source.start(services);
      // What has been set up before it is closed after it: it must not tell what cannot be heard.
      closing.remove(source);
      closing.push(source);
      started = true;
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Waits until the source's first full list is installed, however long that takes. */
  void awaitReady() throws InterruptedException {
    objects.awaitPrograms(); // a kernel that refuses one is not to be waited with
    if (!services.awaitInstalled(PATIENCE)) {
      LOG.warn(
          "waiting for {}: {}; {}",
          source.status().description(),
          source.status().state(),
          takingOver
              ? "what an earlier agent installed stays in force"
              : "nothing is served before");
      while (!services.awaitInstalled(PATIENCE)) {
        LOG.debug("{}", source.status());
      }
    }
    options.proxy().warnings(services.node()).forEach(line -> LOG.warn("{}", line));
    if (!takingOver) {
      attach();
    }
    followStaleSockets();
  }

  private NodeFacts facts(RegisteredNode registered) {
    return NodeState.facts(options.node(), network.image(), registered);
  }

  private void attach() {
    writeNode();
    NextHopGeneration generation = new NextHopGeneration(objects);
    closing.push(NextHopMonitor.open(generation::advance));
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
      if (!facts(change.after()).equals(facts(change.before()))) {
        writeNode();
        services.nodeChanged();
      }
    }
  }

  private NodeFacts facts(NetworkImage image) {
    return NodeState.facts(options.node(), image, RegisteredNode.UNKNOWN);
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
        source.status(),
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

  /** Stops following; what is installed goes on by itself. */
  @Override
  public void close() {
    for (AutoCloseable next = closing.poll(); next != null; next = closing.poll()) {
      try {
        next.close();
      } catch (Exception e) {
        LOG.warn("while stopping: {}", e.toString());
      }
    }
  }
}

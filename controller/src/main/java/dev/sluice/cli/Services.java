// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.loader.BpfException;
import dev.sluice.model.Cidr;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The straight road: what the source tells is planned and installed, Service by Service. Nothing is
 * written before the source's first full list is there, so a restart removes nothing too early.
 */
final class Services implements ServiceSource.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);

  private final Dataplane dataplane;
  private final ProxyConfig config;
  private final Function<RegisteredNode, NodeFacts> facts;
  private final CountDownLatch installed = new CountDownLatch(1);
  private final Map<ServiceName, ServiceState> states = new TreeMap<>();
  private final Map<ServiceName, ServicePlan> plans = new TreeMap<>();
  private final Map<ServiceName, List<String>> problems = new TreeMap<>();
  private final Set<ServiceName> failed = new TreeSet<>();
  private final Set<SourceProblem> sourceProblems = new LinkedHashSet<>();
  private RegisteredNode registered = RegisteredNode.UNKNOWN;
  private Set<Cidr> clusterServiceCidrs = Set.of();
  private NodeFacts node;
  private Planner planner;
  private boolean synced;

  /**
   * Begins with nothing installed.
   *
   * @param facts tells all there is to know of the node now, given what the cluster knows of it
   */
  Services(Dataplane dataplane, Function<RegisteredNode, NodeFacts> facts, ProxyConfig config) {
    this.dataplane = dataplane;
    this.config = config;
    this.facts = facts;
    this.node = facts.apply(registered);
    this.planner = new Planner(node, config);
  }

  /** Waits until the first full list is installed; false if it is not by then. */
  boolean awaitInstalled(Duration patience) throws InterruptedException {
    return installed.await(patience.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether the first full list is installed. */
  boolean installed() {
    return installed.getCount() == 0;
  }

  @Override
  public synchronized void changed(List<ServiceState> changes) {
    for (ServiceState state : changes) {
      if (state.service().isEmpty()) {
        states.remove(state.name());
      } else {
        states.put(state.name(), state);
      }
      if (synced) {
        install(state);
      }
    }
  }

  @Override
  public synchronized void synced() {
    synced = true;
    dataplane.setPodNetworks(config.localTraffic().podNetworks(node));
    dataplane.setServiceNetworks(guardedNetworks());
    states.values().forEach(this::install);
    dataplane.sweep();
    installed.countDown();
    LOG.info("{} Services installed", states.size());
  }

  /** Tries again what could not be installed. */
  synchronized void retry() {
    for (ServiceName name : List.copyOf(failed)) {
      ServiceState state = states.get(name);
      failed.remove(name);
      if (state != null) {
        install(state);
      }
    }
  }

  @Override
  public synchronized void nodeChanged(RegisteredNode now) {
    registered = now;
    nodeChanged();
  }

  /** Plans everything anew if the facts of the node changed; what comes out equal costs nothing. */
  synchronized void nodeChanged() {
    NodeFacts newFacts = facts.apply(registered);
    if (newFacts.equals(node)) {
      return;
    }
    node = newFacts;
    planner = new Planner(node, config);
    if (synced) {
      dataplane.setPodNetworks(config.localTraffic().podNetworks(node));
      states.values().forEach(this::install);
    }
  }

  @Override
  public synchronized void serviceCidrsChanged(Set<Cidr> cidrs) {
    clusterServiceCidrs = cidrs;
    if (synced) {
      dataplane.setServiceNetworks(guardedNetworks());
    }
  }

  /** Where new connections to an address that no Service has are dropped. */
  synchronized List<Cidr> guardedNetworks() {
    Set<Cidr> all = new TreeSet<>(config.serviceCidrs());
    all.addAll(clusterServiceCidrs);
    return config.withServiceCidrs(List.copyOf(all)).guardedNetworks();
  }

  @Override
  public synchronized void problem(SourceProblem problem) {
    sourceProblems.add(problem);
    LOG.warn("{}", problem);
  }

  @Override
  public synchronized void problemResolved(SourceProblem problem) {
    sourceProblems.remove(problem);
    LOG.info("resolved: {}", problem);
  }

  /** The facts that plans are made with. */
  synchronized NodeFacts node() {
    return node;
  }

  /** What is installed. */
  synchronized List<ServicePlan> plans() {
    return List.copyOf(plans.values());
  }

  /** The networks by which pods are told from others. */
  synchronized Set<Cidr> podNetworks() {
    return config.localTraffic().podNetworks(node);
  }

  /** What is wrong with objects, a line each. */
  synchronized List<String> problems() {
    List<String> lines = new ArrayList<>();
    sourceProblems.forEach(problem -> lines.add(problem.toString()));
    problems.values().forEach(lines::addAll);
    lines.addAll(dataplane.clashes());
    return lines;
  }

  private void install(ServiceState state) {
    ServicePlan plan = planner.plan(state);
    if (plan.equals(plans.get(state.name()))) {
      return;
    }
    failed.remove(state.name());
    List<String> lines = new ArrayList<>();
    plan.notes().forEach(note -> lines.add(state.name() + ": " + note));
    try {
      lines.addAll(dataplane.apply(plan));
      if (plan.ports().isEmpty()) {
        plans.remove(state.name());
      } else {
        plans.put(state.name(), plan);
      }
    } catch (DataplaneException | BpfException e) {
      plans.remove(state.name());
      failed.add(state.name());
      lines.add(state.name() + " keeps what it had: " + e.getMessage());
    }
    if (lines.isEmpty()) {
      problems.remove(state.name());
    } else if (!lines.equals(problems.put(state.name(), lines))) {
      lines.forEach(line -> LOG.warn("{}", line));
    }
  }
}

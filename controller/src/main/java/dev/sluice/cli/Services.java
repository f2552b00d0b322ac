// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.dataplane.Dataplane;
import dev.sluice.dataplane.DataplaneException;
import dev.sluice.loader.BpfException;
import dev.sluice.model.Cidr;
import dev.sluice.model.IpFamily;
import dev.sluice.model.NodeFacts;
import dev.sluice.model.ProxyConfig;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.source.ChangeTimes;
import dev.sluice.source.ServiceSource;
import dev.sluice.source.SourceProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 *
 * <p>Public so that benchmarks can time the road that the agent takes, and no copy of it.
 */
public final class Services implements ServiceSource.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);

  private final Dataplane dataplane;
  private final ProxyConfig config;
  private final Function<RegisteredNode, NodeFacts> facts;
  private final SyncObserver observer;
  private final CountDownLatch installed = new CountDownLatch(1);
  private final Map<ServiceName, ServiceState> states = new HashMap<>();
  private final Map<ServiceName, ServicePlan> plans = new HashMap<>();
  private final Map<ServiceName, List<String>> problems = new TreeMap<>();
  private final Set<ServiceName> failed = new TreeSet<>();
  private final Set<SourceProblem> sourceProblems = new LinkedHashSet<>();
  private RegisteredNode registered = RegisteredNode.UNKNOWN;
  private Set<Cidr> clusterServiceCidrs = Set.of();
  private NodeFacts node;
  private Planner planner;
  private ChangeTimes times = ChangeTimes.NONE;
  private boolean synced;

  /**
   * Begins with nothing installed.
   *
   * @param facts tells all there is to know of the node now, given what the cluster knows of it
   */
  Services(
      Dataplane dataplane,
      Function<RegisteredNode, NodeFacts> facts,
      ProxyConfig config,
      SyncObserver observer) {
    this.dataplane = dataplane;
    this.config = config;
    this.facts = facts;
    this.observer = observer;
    this.node = facts.apply(registered);
    this.planner = new Planner(node, config);
    observer.planning(planner);
  }

  /** With nobody who wants to hear how it goes. */
  public Services(
      Dataplane dataplane, Function<RegisteredNode, NodeFacts> facts, ProxyConfig config) {
    this(dataplane, facts, config, SyncObserver.NONE);
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
    }
    if (synced) {
      round(families(changes), false, () -> changes.forEach(this::install));
    }
    times = ChangeTimes.NONE;
  }

  @Override
  public synchronized void changesBegan(ChangeTimes began) {
    times = began;
  }

  @Override
  public synchronized void synced() {
    synced = true;
    round(
        allFamilies(),
        true,
        () -> {
          dataplane.setPodNetworks(config.localTraffic().podNetworks(node));
          dataplane.setServiceNetworks(guardedNetworks());
          installAll();
          dataplane.sweep();
        });
    installed.countDown();
    LOG.info("{} Services installed", states.size());
  }

  /** In the order of their names, so that the maps do not come out by chance. */
  private void installAll() {
    states.values().stream()
        .sorted(Comparator.comparing(ServiceState::name))
        .forEach(this::install);
  }

  /** Tries again what could not be installed. */
  synchronized void retry() {
    if (!failed.isEmpty()) {
      round(waiting(), false, () -> List.copyOf(failed).forEach(this::retry));
    }
  }

  private void retry(ServiceName name) {
    ServiceState state = states.get(name);
    failed.remove(name);
    if (state != null) {
      install(state);
    }
  }

  @Override
  public synchronized void nodeChanged(RegisteredNode now) {
    registered = now;
    observer.nodeChanged(now);
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
    observer.planning(planner);
    if (synced) {
      round(
          allFamilies(),
          true,
          () -> {
            dataplane.setPodNetworks(config.localTraffic().podNetworks(node));
            installAll();
          });
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

  /** What is installed, in the order of the Services' names. */
  synchronized List<ServicePlan> plans() {
    return plans.values().stream().sorted(Comparator.comparing(ServicePlan::name)).toList();
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

  private void round(Set<IpFamily> families, boolean full, Runnable work) {
    observer.queued(families);
    long begun = System.nanoTime();
    work.run();
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    observer.finished(new SyncObserver.Round(families, waiting(), full, took, times));
  }

  private Set<IpFamily> waiting() {
    return families(failed.stream().map(states::get).filter(Objects::nonNull).toList());
  }

  private Set<IpFamily> allFamilies() {
    Set<IpFamily> families = families(states.values());
    node.nodeIps().forEach(address -> families.add(address.family()));
    return families;
  }

  /** The families in which the Services were, or are to be, served. */
  private Set<IpFamily> families(Collection<ServiceState> some) {
    Set<IpFamily> families = EnumSet.noneOf(IpFamily.class);
    for (ServiceState state : some) {
      state.service().map(Service::clusterIps).orElse(List.of()).stream()
          .filter(text -> !text.isEmpty() && !text.equals("None"))
          .map(text -> text.contains(":") ? IpFamily.IPV6 : IpFamily.IPV4)
          .forEach(families::add);
      ServicePlan plan = plans.get(state.name());
      if (plan != null) {
        plan.ports().forEach(port -> families.add(port.key().family()));
      }
    }
    return families;
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
      long begun = System.nanoTime();
      lines.addAll(dataplane.apply(plan));
      Duration took = Duration.ofNanos(System.nanoTime() - begun);
      if (plan.ports().isEmpty()) {
        plans.remove(state.name());
      } else {
        plans.put(state.name(), plan);
      }
      observer.installed(plan, took);
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

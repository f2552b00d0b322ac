// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.model.Cidr;
import dev.sluice.model.EndpointSlice;
import dev.sluice.model.IpFamily;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.Service;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.source.ChangeTimes;
import dev.sluice.source.SourceCounts;
import dev.sluice.source.SourceProblem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What the cluster says, reduced to what plans need, and which of it is news. Informers write it,
 * each from its own thread; one thread takes the news out. A Service that changes faster than its
 * news is taken is told of once, as it is then.
 */
final class ClusterState {
  private final Map<ServiceName, Service> services = new HashMap<>();
  private final Map<ServiceName, Map<String, EndpointSlice>> slices = new HashMap<>();
  private final Map<ServiceName, ServiceName> ownerOfSlice = new HashMap<>();
  private final Map<String, List<Cidr>> serviceCidrs = new TreeMap<>();
  private final Map<String, Set<SourceProblem>> problems = new TreeMap<>();
  private final Set<Resource> unsynced = EnumSet.allOf(Resource.class);

  /** What is to be told, and since when (System.nanoTime). */
  private final Map<ServiceName, Long> changed = new LinkedHashMap<>();

  private final Set<ServiceName> servicesPending = new HashSet<>();
  private final Set<ServiceName> endpointsPending = new HashSet<>();
  private final Map<IpFamily, List<Instant>> triggers = new EnumMap<>(IpFamily.class);
  private final Instant begin;
  private long serviceChanges;
  private long endpointChanges;
  private RegisteredNode node = RegisteredNode.UNKNOWN;
  private boolean nodeChanged = true;
  private boolean serviceCidrsChanged = true;
  private boolean stirred;

  /**
   * What has become different since the last time.
   *
   * @param synced whether every resource has been listed; before, nothing but problems is told
   * @param times of the changes of services
   * @param problems all there are now
   */
  record News(
      boolean synced,
      List<ServiceState> services,
      ChangeTimes times,
      Optional<RegisteredNode> node,
      Optional<Set<Cidr>> serviceCidrs,
      Set<SourceProblem> problems) {}

  /**
   * Nothing is known yet.
   *
   * @param begin what happened before is not measured
   */
  ClusterState(Instant begin) {
    this.begin = begin;
  }

  synchronized void put(Service service) {
    if (!service.equals(services.put(service.name(), service))) {
      serviceChanged(service.name());
    }
  }

  synchronized void removeService(ServiceName name) {
    if (services.remove(name) != null) {
      serviceChanged(name);
    }
  }

  /**
   * A slice that is new or changed; it may belong to another Service than before.
   *
   * @param trigger when what led to the change happened
   */
  synchronized void put(EndpointSlice slice, Optional<Instant> trigger) {
    ServiceName key = sliceKey(slice.service().namespace(), slice.name());
    ServiceName owner = ownerOfSlice.get(key);
    if (owner != null && !owner.equals(slice.service())) {
      removeSlice(key.namespace(), key.name());
    }
    ownerOfSlice.put(key, slice.service());
    Map<String, EndpointSlice> ofService =
        slices.computeIfAbsent(slice.service(), service -> new HashMap<>(2));
    if (!slice.equals(ofService.put(slice.name(), slice))) {
      slicesChanged(slice.service());
      if (services.containsKey(slice.service())) {
        trigger
            .filter(begin::isBefore)
            .ifPresent(
                when ->
                    triggers
                        .computeIfAbsent(slice.family(), family -> new ArrayList<>())
                        .add(when));
      }
    }
  }

  /** Forgets a slice, and of its Service everything if that was all there was of it (rule 13). */
  synchronized void removeSlice(String namespace, String name) {
    ServiceName owner = ownerOfSlice.remove(sliceKey(namespace, name));
    if (owner == null) {
      return;
    }
    Map<String, EndpointSlice> ofService = slices.get(owner);
    ofService.remove(name);
    if (ofService.isEmpty()) {
      slices.remove(owner);
    }
    slicesChanged(owner);
  }

  /** Slices are named as Services are. */
  private static ServiceName sliceKey(String namespace, String name) {
    return new ServiceName(namespace, name);
  }

  /** Slices that come before their Service wait for it silently (rule 12). */
  private void slicesChanged(ServiceName service) {
    endpointChanges++;
    if (services.containsKey(service)) {
      endpointsPending.add(service);
      changed(service);
    }
  }

  private void serviceChanged(ServiceName service) {
    serviceChanges++;
    servicesPending.add(service);
    changed(service);
  }

  private void changed(ServiceName service) {
    changed.putIfAbsent(service, System.nanoTime());
    stir();
  }

  /** The part of {@link SourceCounts} that is about changes. */
  synchronized SourceCounts changes() {
    return new SourceCounts(
        serviceChanges,
        endpointChanges,
        servicesPending.size(),
        endpointsPending.size(),
        Map.of(),
        Optional.empty(),
        Map.of());
  }

  synchronized void setNode(RegisteredNode now) {
    if (!now.equals(node)) {
      node = now;
      nodeChanged = true;
      stir();
    }
  }

  synchronized void putServiceCidr(String name, List<Cidr> cidrs) {
    if (!cidrs.equals(serviceCidrs.put(name, cidrs))) {
      serviceCidrsChanged = true;
      stir();
    }
  }

  synchronized void removeServiceCidr(String name) {
    if (serviceCidrs.remove(name) != null) {
      serviceCidrsChanged = true;
      stir();
    }
  }

  /** Says what is wrong with an object now; nothing if it is none any more, or gone. */
  synchronized void setProblems(String object, Set<SourceProblem> now) {
    Set<SourceProblem> before = now.isEmpty() ? problems.remove(object) : problems.put(object, now);
    if (!now.equals(before == null ? Set.of() : before)) {
      stir();
    }
  }

  /** The resource has been listed in full. */
  synchronized void synced(Resource resource) {
    if (unsynced.remove(resource)) {
      stir();
    }
  }

  /** The resources that have not been listed yet. */
  synchronized Set<Resource> unsynced() {
    return Set.copyOf(unsynced);
  }

  /** Makes news again of what could not be told. */
  synchronized void tellAgain(News news) {
    news.services().forEach(state -> changed.putIfAbsent(state.name(), System.nanoTime()));
    news.times()
        .triggers()
        .forEach(
            (family, times) ->
                triggers.computeIfAbsent(family, any -> new ArrayList<>()).addAll(times));
    nodeChanged |= news.node().isPresent();
    serviceCidrsChanged |= news.serviceCidrs().isPresent();
  }

  /** Makes {@link #await} return. */
  synchronized void stir() {
    stirred = true;
    notifyAll();
  }

  /** Waits until something has happened, but not longer than the time given. */
  synchronized News await(long nanos) throws InterruptedException {
    long end = System.nanoTime() + nanos;
    for (long left = nanos; !stirred && left > 0; left = end - System.nanoTime()) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    stirred = false;
    Set<SourceProblem> all = new LinkedHashSet<>();
    problems.values().forEach(all::addAll);
    if (!unsynced.isEmpty()) {
      return new News(false, List.of(), ChangeTimes.NONE, Optional.empty(), Optional.empty(), all);
    }
    List<ServiceState> states = new ArrayList<>(changed.size());
    changed.keySet().forEach(name -> states.add(state(name)));
    ChangeTimes times = new ChangeTimes(List.copyOf(changed.values()), triggers);
    changed.clear();
    triggers.clear();
    servicesPending.clear();
    endpointsPending.clear();
    Optional<RegisteredNode> newNode = nodeChanged ? Optional.of(node) : Optional.empty();
    nodeChanged = false;
    Optional<Set<Cidr>> newCidrs = serviceCidrsChanged ? Optional.of(cidrs()) : Optional.empty();
    serviceCidrsChanged = false;
    return new News(true, states, times, newNode, newCidrs, all);
  }

  private ServiceState state(ServiceName name) {
    return new ServiceState(
        name,
        Optional.ofNullable(services.get(name)),
        List.copyOf(slices.getOrDefault(name, Map.of()).values()));
  }

  private Set<Cidr> cidrs() {
    Set<Cidr> all = new HashSet<>();
    serviceCidrs.values().forEach(all::addAll);
    return all;
  }
}

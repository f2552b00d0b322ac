// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import dev.sluice.model.Cidr;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceName;
import dev.sluice.model.ServiceState;
import dev.sluice.source.ServiceSource.Listener;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Remembers what a source says, and lets a test wait for it. */
public final class RecordingListener implements Listener {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Map<ServiceName, ServiceState> states = new TreeMap<>();
  private final List<ServiceState> changes = new ArrayList<>();
  private final Set<SourceProblem> problems = new LinkedHashSet<>();
  private RegisteredNode node;
  private Set<Cidr> serviceCidrs = Set.of();
  private int synced;
  private long lastChangeNanos;
  private boolean failing;
  private int failures;

  @Override
  public synchronized void changed(List<ServiceState> changed) {
    lastChangeNanos = System.nanoTime();
    if (failing) {
      failures++;
      notifyAll();
      throw new IllegalStateException("a listener that fails, for a test");
    }
    changes.addAll(changed);
    changed.forEach(state -> states.put(state.name(), state));
    notifyAll();
  }

  @Override
  public synchronized void nodeChanged(RegisteredNode now) {
    node = now;
    notifyAll();
  }

  @Override
  public synchronized void serviceCidrsChanged(Set<Cidr> now) {
    serviceCidrs = now;
    notifyAll();
  }

  @Override
  public synchronized void synced() {
    synced++;
    notifyAll();
  }

  @Override
  public synchronized void problem(SourceProblem problem) {
    if (!problems.add(problem)) {
      throw new AssertionError("told twice: " + problem);
    }
    notifyAll();
  }

  @Override
  public synchronized void problemResolved(SourceProblem problem) {
    if (!problems.remove(problem)) {
      throw new AssertionError("resolved but never told: " + problem);
    }
    notifyAll();
  }

  public synchronized void fail(boolean fail) {
    failing = fail;
  }

  /** Waits until the listener has heard enough. */
  public synchronized void await(String what, Predicate<RecordingListener> condition)
      throws InterruptedException {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.test(this)) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        throw new AssertionError(
            "waited in vain for " + what + "; changes: " + changes + ", problems: " + problems);
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  public void awaitSynced() throws InterruptedException {
    await("synced", listener -> listener.synced > 0);
  }

  /** Forgets the changes heard so far, not the states. */
  public synchronized void forgetChanges() {
    changes.clear();
  }

  public synchronized List<ServiceState> changes() {
    return List.copyOf(changes);
  }

  public synchronized List<String> changedNames() {
    return changes.stream().map(state -> state.name().toString()).toList();
  }

  public synchronized ServiceState state(String name) {
    return states.get(new ServiceName("default", name));
  }

  /** What the source last said of this node; null if it has not yet. */
  public synchronized RegisteredNode node() {
    return node;
  }

  public synchronized Set<Cidr> serviceCidrs() {
    return serviceCidrs;
  }

  public synchronized List<SourceProblem> problems() {
    return List.copyOf(problems);
  }

  public synchronized int failures() {
    return failures;
  }

  public synchronized int timesSynced() {
    return synced;
  }

  public synchronized long lastChangeNanos() {
    return lastChangeNanos;
  }
}

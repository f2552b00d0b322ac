// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import dev.sluice.model.IpFamily;
import dev.sluice.model.RegisteredNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether the proxy keeps up with its source (rules 206 to 214). What a source has told is queued,
 * per family, until it is installed; a family in which something waits for too long is not healthy.
 */
public final class ProxyHealth {
  /** Twice kube-proxy's default of syncPeriod. */
  public static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final InstantSource clock;
  private final Duration timeout;
  private final Map<IpFamily, Instant> oldestQueued = new EnumMap<>(IpFamily.class);
  private final Map<IpFamily, Instant> lastUpdated = new EnumMap<>(IpFamily.class);
  private boolean nodeEligible = true;

  /**
   * @param timeout for how long an update may wait
   */
  public ProxyHealth(InstantSource clock, Duration timeout) {
    this.clock = clock;
    this.timeout = timeout;
  }

  /**
   * One family's state.
   *
   * @param lastUpdated empty if nothing was ever installed
   */
  public record FamilyHealth(Optional<Instant> lastUpdated, boolean healthy) {}

  /**
   * The state at one moment.
   *
   * @param lastUpdated now if healthy, else the last real update, if there was one
   * @param families those with an update that is installed or overdue
   * @param nodeEligible whether load balancers may choose this node for any Service
   */
  public record Report(
      Optional<Instant> lastUpdated,
      Instant currentTime,
      boolean healthy,
      Map<IpFamily, FamilyHealth> families,
      boolean nodeEligible) {}

  /** Something is to be installed in these families. */
  public synchronized void queued(Set<IpFamily> families) {
    families.forEach(family -> oldestQueued.putIfAbsent(family, clock.instant()));
  }

  /** All that was queued in these families is installed. */
  public synchronized void updated(Set<IpFamily> families) {
    for (IpFamily family : families) {
      oldestQueued.remove(family);
      lastUpdated.put(family, clock.instant());
    }
  }

  /** What the cluster says of this node. Without a cluster, nobody says anything. */
  public synchronized void nodeChanged(RegisteredNode node) {
    nodeEligible = node.eligible();
  }

  /** Whether the proxy keeps up; the node's eligibility does not matter (rule 120). */
  public boolean healthy() {
    return report().healthy();
  }

  public synchronized Report report() {
    Instant now = clock.instant();
    Map<IpFamily, FamilyHealth> families = new EnumMap<>(IpFamily.class);
    boolean healthy = true;
    Optional<Instant> last = Optional.empty();
    for (IpFamily family : IpFamily.values()) {
      Optional<Instant> updated = Optional.ofNullable(lastUpdated.get(family));
      boolean overdue = overdue(family, now);
      if (updated.isPresent() || overdue) {
        families.put(family, new FamilyHealth(updated, !overdue));
      }
      healthy &= !overdue;
      if (last.isEmpty() || updated.filter(last.get()::isBefore).isPresent()) {
        last = updated;
      }
    }
    return new Report(healthy ? Optional.of(now) : last, now, healthy, families, nodeEligible);
  }

  private boolean overdue(IpFamily family, Instant now) {
    Instant queued = oldestQueued.get(family);
    return queued != null && Duration.between(queued, now).compareTo(timeout) >= 0;
  }
}

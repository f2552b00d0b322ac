// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source.kubernetes;

import dev.sluice.source.ServiceSource.Listener;
import dev.sluice.source.SourceProblem;
import dev.sluice.source.kubernetes.ClusterState.News;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes the news out of the {@link ClusterState} and tells the listener, all on one thread. */
final class Teller implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(KubernetesSource.class);

  /** How often an API server that stays away is mentioned again. */
  private static final long REMINDER_NANOS = Duration.ofMinutes(10).toNanos();

  private final ClusterState state;
  private final ApiServers servers;
  private final Listener listener;
  private Set<SourceProblem> told = Set.of();
  private boolean synced;

  Teller(ClusterState state, ApiServers servers, Listener listener) {
    this.state = state;
    this.servers = servers;
    this.listener = listener;
  }

  @Override
  public void run() {
    long reminded = System.nanoTime();
    try {
      while (true) {
        News news = state.await(REMINDER_NANOS);
        tell(news);
        if (servers.unreachableSince().isEmpty()) {
          reminded = System.nanoTime();
        } else if (System.nanoTime() - reminded >= REMINDER_NANOS) {
          reminded = System.nanoTime();
          LOG.warn("API server {}: still {}", servers.servers(), servers.state());
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("no longer following the API");
    }
  }

  private void tell(News news) {
    try {
      tellProblems(news);
      if (!news.synced()) {
        return;
      }
      news.node().ifPresent(listener::nodeChanged);
      news.serviceCidrs().ifPresent(listener::serviceCidrsChanged);
      if (!news.services().isEmpty()) {
        listener.changesBegan(news.times());
        listener.changed(news.services());
      }
      if (!synced) {
        listener.synced();
        synced = true;
      }
    } catch (RuntimeException e) {
      LOG.error("changes could not be applied; trying again at the next one", e);
      state.tellAgain(news);
    }
  }

  private void tellProblems(News news) {
    Set<SourceProblem> now = new LinkedHashSet<>(news.problems());
    now.addAll(servers.problems());
    Set<SourceProblem> before = told;
    told = now;
    before.stream().filter(problem -> !now.contains(problem)).forEach(listener::problemResolved);
    now.stream().filter(problem -> !before.contains(problem)).forEach(listener::problem);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.IpFamily;
import dev.sluice.model.RegisteredNode;
import dev.sluice.model.ServiceName;
import dev.sluice.plan.Planner;
import dev.sluice.plan.ServicePlan;
import dev.sluice.server.BindAddress;
import dev.sluice.server.HealthCheckServers;
import dev.sluice.server.HealthPages;
import dev.sluice.server.HttpAnswer;
import dev.sluice.server.HttpAnswers;
import dev.sluice.server.HttpServer;
import dev.sluice.server.InstallationMetrics;
import dev.sluice.server.MetricsPage;
import dev.sluice.server.PersistentListener;
import dev.sluice.server.ProcessMetrics;
import dev.sluice.server.ProxyHealth;
import dev.sluice.server.ProxyMetrics;
import dev.sluice.server.ServiceCensus;
import dev.sluice.source.EventRecorder;
import dev.sluice.source.EventRecorder.Event;
import dev.sluice.source.EventRecorder.Severity;
import dev.sluice.source.ServiceSource;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the agent tells by HTTP: its health, that of Services, and what a scrape wants to know. */
final class Surfaces implements SyncObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Surfaces.class);

  /** Rule 216. */
  private static final Duration RETRY = Duration.ofSeconds(5);

  private static final Duration HEALTH_CHECK_RETRY = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** Scrapes that may wait for one another. */
  private static final int SCRAPES = 8;

  private final RunOptions options;
  private final ServiceSource source;
  private final EventRecorder recorder;
  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final ServiceCensus census = new ServiceCensus();
  private final ProxyMetrics proxyMetrics;
  private final InstallationMetrics installationMetrics;
  private final HttpServer http = new HttpServer();
  private final ProxyHealth health;
  private final HealthCheckServers healthChecks;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("http-retry").daemon().factory());
  private final ThreadPoolExecutor scrapes =
      new ThreadPoolExecutor(
          1,
          1,
          1,
          TimeUnit.MINUTES,
          new ArrayBlockingQueue<>(SCRAPES),
          Thread.ofPlatform().name("scrapes").daemon().factory());
  private final List<Runnable> closing = new ArrayList<>();

  /**
   * Listens, or begins to try.
   *
   * @param source is asked for its numbers, and given what kube-proxy would tell as Events
   * @param configuration all settings that are in force, in JSON
   * @throws UncheckedIOException if a port is taken and that is not to be
   */
  Surfaces(RunOptions options, ServiceSource source, String configuration) {
    this.options = options;
    this.source = source;
    this.recorder = source.events();
    this.health = new ProxyHealth(InstantSource.system(), ProxyHealth.TIMEOUT);
    this.healthChecks = new HealthCheckServers(http, health::healthy, this::healthCheckFailed);
    proxyMetrics = new ProxyMetrics(registry, census, source::counts);
    installationMetrics =
        new InstallationMetrics(registry, census, Version.text(), healthChecks::size);
    ProcessMetrics.register(registry);
    try {
      open(
          options.servers().healthz(),
          new HealthPages(health, proxyMetrics::healthzAnswered, proxyMetrics::livezAnswered)
              .answers(),
          Runnable::run,
          "FailedToStartProxierHealthcheck");
      open(
          options.servers().metrics(),
          HttpAnswers.byPath(pages(configuration)),
          scrapes,
          "FailedToStartMetricServer");
    } catch (RuntimeException e) {
      close();
      throw e;
    }
    var unused =
        timer.scheduleWithFixedDelay(
            healthChecks::retry,
            HEALTH_CHECK_RETRY.toMillis(),
            HEALTH_CHECK_RETRY.toMillis(),
            TimeUnit.MILLISECONDS);
    nodeEvent(Severity.NORMAL, "Starting", "");
  }

  private Map<String, HttpAnswers> pages(String configuration) {
    String mode = options.proxyConfig().mode().name().toLowerCase(Locale.ROOT);
    return Map.of(
        "/metrics",
        new MetricsPage(registry),
        "/healthz",
        question -> HttpAnswer.text(200, "ok"),
        "/proxyMode",
        question -> HttpAnswer.text(200, mode),
        "/configz",
        question -> HttpAnswer.json(200, configuration));
  }

  /** Lets scrapes see all of the agent, until {@link #stopScrapes}. */
  void started(Readings readings) {
    AgentMetrics.register(registry, readings, source::counts);
  }

  /** After this, nothing is read any more. */
  void stopScrapes() {
    registry.clear();
    scrapes.shutdownNow();
    try {
      if (!scrapes.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("a scrape does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void open(
      Optional<BindAddress> address, HttpAnswers answers, Executor executor, String failureReason) {
    if (address.isEmpty()) {
      return;
    }
    if (options.servers().hardFail()) {
      try {
        closing.add(http.listen(address.get(), answers, executor)::close);
      } catch (IOException e) {
        nodeEvent(Severity.WARNING, failureReason, e.getMessage());
        throw new UncheckedIOException(e.getMessage(), e);
      }
    } else {
      closing.add(
          PersistentListener.start(
                  () -> http.listen(address.get(), answers, executor),
                  message -> nodeEvent(Severity.WARNING, failureReason, message),
                  timer,
                  RETRY.toMillis())
              ::close);
    }
  }

  private void nodeEvent(Severity severity, String reason, String note) {
    recorder.record(
        new Event("Node", "", options.node().name(), severity, reason, "StartKubeProxy", note));
  }

  private void healthCheckFailed(ServiceName service, String reason) {
    recorder.record(
        new Event(
            "Service",
            service.namespace(),
            service.name(),
            Severity.WARNING,
            "FailedToStartServiceHealthcheck",
            "Listen",
            "node %s: health check node port: %s".formatted(options.node().name(), reason)));
  }

  @Override
  public void planning(Planner planner) {
    healthChecks.listenOn(planner.healthCheckAddresses());
  }

  @Override
  public void nodeChanged(RegisteredNode node) {
    health.nodeChanged(node);
  }

  @Override
  public void queued(Set<IpFamily> families) {
    health.queued(families);
    Instant now = Instant.now();
    families.forEach(family -> proxyMetrics.queued(family, now));
  }

  @Override
  public void installed(ServicePlan plan, Duration took) {
    healthChecks.set(plan.name(), plan.healthCheck());
    census.count(plan);
    installationMetrics.committed(took);
  }

  @Override
  public void finished(Round round) {
    Set<IpFamily> done = new HashSet<>(round.families());
    done.removeAll(round.waiting());
    health.updated(done);
    Instant now = Instant.now();
    for (IpFamily family : round.families()) {
      proxyMetrics.synced(family, round.full(), round.took(), done.contains(family), now);
    }
    if (round.waiting().isEmpty()) {
      long nanos = System.nanoTime();
      round.times().seenNanos().forEach(seen -> installationMetrics.installed(nanos - seen));
    }
    round
        .times()
        .triggers()
        .forEach(
            (family, triggers) -> {
              if (done.contains(family)) {
                triggers.forEach(
                    trigger -> proxyMetrics.programmed(family, Duration.between(trigger, now)));
              }
            });
  }

  @Override
  public void close() {
    timer.shutdownNow();
    closing.forEach(Runnable::run);
    healthChecks.close();
    stopScrapes();
    http.close();
  }
}

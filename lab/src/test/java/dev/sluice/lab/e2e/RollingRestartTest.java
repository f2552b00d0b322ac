// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Histogram;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.ShortConnections;
import dev.sluice.lab.Target;
import dev.sluice.lab.e2e.ServiceFile.State;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Terminating endpoints: nobody notices that pods are replaced. */
@RequiresRoot
final class RollingRestartTest {
  private static final int NODE_PORT = 30160;
  private static final int REPLICAS = 4;
  private static final long REQUESTS = 5_000;
  private static final int CALLERS = 5;
  private static final long REQUESTS_AT_ONCE = 100;
  private static final int SERVER_PORT = 9100;
  private static final int CONNECTIONS = 24;

  /** How long a server goes on after its endpoint has left the slice, as a preStop hook does. */
  private static final Duration DRAIN = Duration.ofMillis(100);

  private static Cluster cluster;
  private static Lab lab;

  private record Caller(Host host, Target target) {}

  private record Replica(PodHost pod, NamedServers server) {}

  @BeforeAll
  static void up() {
    cluster = Cluster.create(LabOptions.of(Layout.ROUTED)).startAgents();
    lab = cluster.lab();
  }

  @AfterAll
  static void down() {
    cluster.close();
  }

  @Test
  @ShowsRules(189)
  void noRequestFailsWhileAllPodsAreReplacedOneByOne() throws Exception {
    ServiceFile service = ServiceFile.tcp("rolling", 60).withNodePort(NODE_PORT);
    Deque<Replica> replicas = new ArrayDeque<>();
    for (int number = 0; number < REPLICAS; number++) {
      replicas.add(start(number));
      service = service.with(replicas.getLast().pod(), SERVER_PORT);
    }
    cluster.install(service);

    AtomicBoolean replaced = new AtomicBoolean();
    List<ShortConnections> requests = new ArrayList<>();
    try (ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
      List<Future<List<ShortConnections>>> callers = new ArrayList<>();
      for (Caller caller : callers(service)) {
        callers.add(threads.submit(() -> request(caller, replaced)));
      }
      try {
        for (int number = 0; number < REPLICAS; number++) {
          Replica fresh = start(REPLICAS + number);
          replicas.add(fresh);
          service = service.with(fresh.pod(), SERVER_PORT);
          cluster.install(service);
          Replica old = replicas.remove();
          service = service.withState(old.pod(), State.TERMINATING);
          cluster.install(service);
          service = service.without(old.pod());
          cluster.install(service);
          Cluster.pause(DRAIN);
          stop(old);
        }
      } finally {
        replaced.set(true);
      }
      for (Future<List<ShortConnections>> caller : callers) {
        requests.addAll(caller.get());
      }
    }

    long answered = requests.stream().mapToLong(ShortConnections::ok).sum();
    long failed = requests.stream().mapToLong(some -> some.total() - some.ok()).sum();
    System.out.printf(
        "%d pods replaced during %d requests: %d failed%n", REPLICAS, answered + failed, failed);
    assertThat(failed).as("failed: %s", requests).isZero();
    assertThat(answered).isGreaterThanOrEqualTo(REQUESTS);
    replicas.forEach(RollingRestartTest::stop);
  }

  /** Pods and nodes by socket hooks, the client by packets. */
  private static List<Caller> callers(ServiceFile service) {
    Target clusterIp = Target.of(service.clusterIp(AddressFamily.IPV4), 80);
    return List.of(
        new Caller(lab.pod("pod-a"), clusterIp),
        new Caller(lab.pod("pod-c"), Target.of(service.clusterIp(AddressFamily.IPV6), 80)),
        new Caller(lab.node("node-1"), clusterIp),
        new Caller(lab.client(), Target.of(service.externalIp(AddressFamily.IPV4), 80)),
        new Caller(lab.client(), Target.of(service.externalIp(AddressFamily.IPV6), 80)));
  }

  /** Sends an equal share of the requests at least, and goes on until the pods are replaced. */
  private static List<ShortConnections> request(Caller caller, AtomicBoolean replaced) {
    List<ShortConnections> runs = new ArrayList<>();
    while (!replaced.get() || runs.size() * REQUESTS_AT_ONCE < REQUESTS / CALLERS) {
      runs.add(caller.host().probe().shortConnections(caller.target(), REQUESTS_AT_ONCE, 2));
    }
    return runs;
  }

  private static Replica start(int number) throws Exception {
    PodHost pod = lab.createPod("web-" + number, number % 2 == 0 ? "node-1" : "node-2");
    return new Replica(pod, NamedServers.tcp(pod, SERVER_PORT, 1));
  }

  private static void stop(Replica replica) {
    replica.server().close();
    lab.deletePod(replica.pod().name());
  }

  @Test
  @ShowsRules({40, 43, 44, 50, 266})
  void terminatingEndpointsServeOnlyWhileNoneIsReady() {
    ServiceFile service =
        ServiceFile.tcp("ending", 61)
            .with(lab.pod("pod-b"), 9000)
            .with(lab.pod("pod-c"), 9000)
            .with(lab.pod("pod-d"), 9000)
            .withState(lab.pod("pod-d"), State.NOT_READY);

    cluster.install(service.withState(lab.pod("pod-b"), State.TERMINATING));
    assertServers(service, "pod-c");

    ServiceFile ending =
        service
            .withState(lab.pod("pod-b"), State.TERMINATING)
            .withState(lab.pod("pod-c"), State.TERMINATING);
    cluster.install(ending);
    assertServers(service, "pod-b", "pod-c");

    cluster.install(ending.withState(lab.pod("pod-c"), State.TERMINATED));
    assertServers(service, "pod-b");

    cluster.install(service.withState(lab.pod("pod-b"), State.READY_AND_TERMINATING));
    assertServers(service, "pod-b", "pod-c");
  }

  private static void assertServers(ServiceFile service, String... servers) {
    for (Host caller : List.of(lab.pod("pod-a"), lab.node("node-1"), lab.client())) {
      Histogram histogram =
          caller
              .probe()
              .connectMany(Target.of(service.externalIp(AddressFamily.IPV6), 80), CONNECTIONS);
      assertThat(histogram.failures()).isEmpty();
      assertThat(histogram.answers()).as("of %s", caller).containsOnlyKeys(servers);
    }
  }

  /** The two lists fall back each for itself. */
  @Test
  @ShowsRules({41, 42})
  void aLocalPolicyFallsBackToTheNodesOwnTerminatingEndpoints() {
    ServiceFile service =
        ServiceFile.tcp("local-ending", 62)
            .withNodePort(NODE_PORT + 1)
            .withSpec("externalTrafficPolicy", "Local")
            .with(lab.pod("pod-b"), 9000)
            .with(lab.pod("pod-c"), 9000)
            .withState(lab.pod("pod-b"), State.TERMINATING);
    cluster.install(service);

    NodeHost node = lab.node("node-1");
    Target nodePort = Target.of(node.address(AddressFamily.IPV4), NODE_PORT + 1);
    Target clusterIp = Target.of(service.clusterIp(AddressFamily.IPV4), 80);
    assertThat(lab.client().probe().connectMany(nodePort, CONNECTIONS).answers())
        .containsOnlyKeys("pod-b");
    assertThat(lab.pod("pod-a").probe().connectMany(clusterIp, CONNECTIONS).answers())
        .containsOnlyKeys("pod-c");
    assertThat(node.probe().connectMany(nodePort, CONNECTIONS).answers()).containsOnlyKeys("pod-c");
  }
}

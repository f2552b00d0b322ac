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
import dev.sluice.lab.OpenConnection;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that is not ready gets nothing new. */
@RequiresRoot
class ReadinessTest {
  private static final int ROUNDS = 20;
  private static final long LIMIT_NANOS = 100_000_000;
  private static final int BURST = 20;

  /**
   * Clients of every kind connect without pause. The servers run in this JVM, so that both the
   * change and the last connection are read off one clock.
   */
  @ParameterizedTest(name = "told by the Kubernetes API: {0}")
  @ValueSource(booleans = {false, true})
  @ShowsRules({43, 165, 185, 189, 200})
  void aBackendTurnedNotReadyGetsNoNewConnection(boolean byApi) throws Exception {
    LabOptions options = LabOptions.of(Layout.ROUTED);
    try (Cluster cluster = byApi ? Cluster.createWithApi(options) : Cluster.create(options)) {
      Lab lab = cluster.lab();
      Host staying = lab.pod("pod-b");
      Host leaving = lab.pod("pod-c");
      ServiceFile service = ServiceFile.tcp("web", 1).with(staying, 9100).with(leaving, 9100);
      cluster.apply("web.yaml", service.yaml());
      cluster.startAgent("node-1", "--cgroup", lab.pod("pod-a").cgroup().toString());
      cluster.startAgent("node-2");
      AtomicBoolean stop = new AtomicBoolean();
      try (NamedServers _ = NamedServers.tcp(staying, 9100, 1);
          NamedServers servers = NamedServers.tcp(leaving, 9100, 1);
          ExecutorService clients = Executors.newCachedThreadPool()) {
        List<Future<Integer>> loads = new ArrayList<>();
        for (AddressFamily family : AddressFamily.values()) {
          String inside = service.clusterIp(family);
          loads.add(clients.submit(load(lab.pod("pod-a"), inside, stop)));
          loads.add(clients.submit(load(lab.pod("pod-b"), inside, stop)));
          loads.add(clients.submit(load(lab.client(), service.externalIp(family), stop)));
        }
        try {
          measure(cluster, service, leaving, servers);
        } finally {
          stop.set(true);
        }
        int connections = 0;
        for (Future<Integer> load : loads) {
          connections += load.get();
        }
        System.out.printf("%d connections meanwhile, none failed%n", connections);
      }
    }
  }

  private static void measure(
      Cluster cluster, ServiceFile service, Host leaving, NamedServers servers) throws Exception {
    String name = leaving.name() + ":9100";
    List<Double> millis = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      long ready = System.nanoTime();
      Await.until("connections to " + name, () -> servers.lastCall(name) > ready + LIMIT_NANOS);
      OpenConnection existing =
          openTo(name, cluster.lab().pod("pod-a"), service.clusterIp(AddressFamily.IPV4));

      cluster.apply("web.yaml", service.withReady(leaving, false).yaml());
      long changed = System.nanoTime();
      Thread.sleep(400);
      millis.add(Math.max(0, (servers.lastCall(name) - changed) / 1e6));
      assertThat(existing.echo("still here")).isEqualTo("still here");
      existing.close();

      cluster.apply("web.yaml", service.yaml());
    }
    Collections.sort(millis);
    System.out.printf(
        "last new connection after the change, %d rounds: median %.1f ms, worst %.1f ms%n",
        ROUNDS, millis.get(ROUNDS / 2), millis.getLast());
    assertThat(millis.getLast() * 1e6).isLessThan(LIMIT_NANOS);
  }

  /** A connection that happens to go to one server. */
  private static OpenConnection openTo(String server, Host from, String address) {
    for (int tries = 0; tries < 100; tries++) {
      OpenConnection connection = from.probe().open(Target.of(address, 80));
      if (connection.connection().server().equals(server)) {
        return connection;
      }
      connection.close();
    }
    throw new AssertionError("no connection to " + server);
  }

  private static Callable<Integer> load(Host host, String address, AtomicBoolean stop) {
    return () -> {
      int answered = 0;
      while (!stop.get()) {
        Histogram histogram = host.probe().connectMany(Target.of(address, 80), BURST, 1);
        assertThat(histogram.failures()).as("from %s", host).isEmpty();
        answered += histogram.answered();
        // Enough to meet every moment, not so much that the agent has no processor left.
        Thread.sleep(40);
      }
      return answered;
    };
  }
}

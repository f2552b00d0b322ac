// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Agent;
import dev.sluice.lab.Histogram;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.OpenConnection;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.mockapi.MockApiServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Agents that are fed by an API server, which stands outside, where the client is. */
@RequiresRoot
class KubernetesApiTest {
  private static final Duration ABSENCE = Duration.ofSeconds(30);
  private static final int BURST = 20;

  /** The agent is up, and cannot read a thing. */
  private static final String WAITING = "what an earlier agent installed stays in force";

  @Test
  @ShowsRules({184, 190, 195})
  void agentsServeOnWhileTheApiServerIsAwayEvenWhenOneIsRestartedMeanwhile() throws Exception {
    try (Cluster cluster = Cluster.createWithApi(LabOptions.of(Layout.ROUTED))) {
      MockApiServer api = cluster.api();
      Lab lab = cluster.lab();
      ServiceFile web =
          ServiceFile.tcp("web", 1).with(lab.pod("pod-b"), 9000).with(lab.pod("pod-c"), 9000);
      cluster.apply("web", web.yaml());
      cluster.startAgents();
      Await.backends(cluster, "web", 2);
      cluster.apply("web", web.with(lab.pod("pod-d"), 9000).yaml());
      Await.backends(cluster, "web", 3);
      OpenConnection open =
          lab.pod("pod-a").probe().open(Target.of(web.clusterIp(AddressFamily.IPV4), 80));

      AtomicBoolean stop = new AtomicBoolean();
      int connections = 0;
      try (ExecutorService clients = Executors.newCachedThreadPool()) {
        List<Future<Integer>> loads = load(clients, lab, web, stop);
        try {
          long gone = System.nanoTime();
          api.stop();
          restartNodeOne(cluster);
          ServiceFile next = ServiceFile.tcp("next", 2).with(lab.pod("pod-b"), 9000);
          cluster.apply("web", web.yaml());
          cluster.apply("next", next.yaml());
          lab.nodes().forEach(node -> awaitUnreachable(cluster, node, api));
          assertThat(open.echo("still here")).isEqualTo("still here");
          Cluster.pause(ABSENCE.minusNanos(System.nanoTime() - gone));

          start(api, lab.client());
          Await.backends(cluster, "web", 2);
          Await.backends(cluster, "next", 1);
          for (AddressFamily family : AddressFamily.values()) {
            lab.pod("pod-a").probe().connect(Target.of(next.clusterIp(family), 80));
          }
        } finally {
          stop.set(true);
        }
        for (Future<Integer> load : loads) {
          connections += load.get();
        }
      }
      assertThat(open.echo("and still")).isEqualTo("and still");
      open.close();
      lab.nodes()
          .forEach(
              node ->
                  Await.until(
                      "no problem on " + node,
                      () -> cluster.status(node.name()).get("problems").isEmpty()));
      System.out.printf(
          "%d connections while the API server was away for %d s and after, none failed%n",
          connections, ABSENCE.toSeconds());
    }
  }

  private static void start(MockApiServer api, Host host) throws Exception {
    host.call(
        () -> {
          api.start();
          return api;
        });
  }

  private static void restartNodeOne(Cluster cluster) {
    assertThat(cluster.agent("node-1").terminate()).isZero();
    Agent again =
        cluster.startAgent("node-1", options -> options.withReady(WAITING, Duration.ofSeconds(30)));
    assertThat(again.log()).doesNotContain("ready:");
  }

  private static void awaitUnreachable(Cluster cluster, NodeHost node, MockApiServer api) {
    Await.until(
        node + " says that the API server is away",
        () ->
            cluster
                .status(node.name())
                .get("source")
                .get("state")
                .asText()
                .startsWith("unreachable since "));
    assertThat(cluster.status(node.name()).get("problems").toString())
        .contains("API server " + api.url() + ": unreachable since");
  }

  private static List<Future<Integer>> load(
      ExecutorService clients, Lab lab, ServiceFile web, AtomicBoolean stop) {
    List<Future<Integer>> loads = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      for (Host pod : List.of(lab.pod("pod-a"), lab.pod("pod-d"))) {
        loads.add(clients.submit(() -> connect(pod, web.clusterIp(family), stop)));
      }
      loads.add(clients.submit(() -> connect(lab.client(), web.externalIp(family), stop)));
    }
    return loads;
  }

  private static int connect(Host host, String address, AtomicBoolean stop) {
    int answered = 0;
    while (!stop.get()) {
      Histogram histogram = host.probe().connectMany(Target.of(address, 80), BURST, 1);
      assertThat(histogram.failures()).as("from %s to %s", host, address).isEmpty();
      answered += histogram.answered();
      // Enough to meet every moment, not so much that the agents have no processor left.
      Cluster.pause(Duration.ofMillis(40));
    }
    return answered;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Banner;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pods come and go. */
@RequiresRoot
class PodLifecycleTest {
  private static final int PODS = 200;
  private static final double LIMIT_MILLIS = 50;

  @Test
  void aNewPodReachesAServiceAtOnceByPackets() throws Exception {
    try (Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED), "--socket-hooks", "off")) {
      Lab lab = cluster.lab();
      NodeHost node = lab.node("node-1");
      ServiceFile service =
          ServiceFile.tcp("web", 1).with(lab.pod("pod-b"), 9000).with(lab.pod("pod-c"), 9000);
      cluster.apply("web.yaml", service.yaml());
      cluster.startAgents();
      // Loads the classes of the test's own client.
      lab.client().connectOnce(Target.of(service.externalIp(AddressFamily.IPV4), 80));
      Verdicts before = cluster.verdicts("node-1");
      List<String> linksBefore = links(node);

      List<Double> millis = new ArrayList<>();
      int late = 0;
      try (StallWatch machine = StallWatch.start()) {
        for (int number = 0; number < PODS; number++) {
          AddressFamily family = number % 2 == 0 ? AddressFamily.IPV4 : AddressFamily.IPV6;
          Target target = Target.of(service.clusterIp(family), 80).within(Duration.ofSeconds(5));
          PodHost pod = lab.createPod("late" + number, "node-1");
          awaitRunning(node, pod.device());
          machine.forget();
          long up = System.nanoTime();
          Banner banner = pod.connectOnce(target);
          millis.add((System.nanoTime() - up) / 1e6);
          if (millis.getLast() - machine.stalledMillis() >= LIMIT_MILLIS) {
            late++;
          }
          assertThat(banner.client().getAddress()).isEqualTo(pod.address(family));
          lab.deletePod(pod.name());
        }
      }

      Collections.sort(millis);
      System.out.printf(
          "first request of a new pod, %d pods: median %.1f ms, 99 %% %.1f ms, worst %.1f ms%n",
          PODS, millis.get(PODS / 2), millis.get(PODS * 99 / 100), millis.getLast());
      assertThat(late).as("pods that waited for longer than %.0f ms", LIMIT_MILLIS).isZero();
      Verdicts verdicts = cluster.verdicts("node-1").since(before);
      assertThat(verdicts.of("tc_ingress", "opened_local")).isEqualTo(PODS);
      assertThat(verdicts.translatedAt("socket")).isZero();
      Await.until("links of deleted pods gone", () -> links(node).equals(linksBefore));
    }
  }

  @Test
  void aPodMadeWhileTheAgentIsDownWorksByTheHooksAtOnceAndByPacketsAfterwards() throws Exception {
    try (Cluster cluster = Cluster.create(LabOptions.of(Layout.ROUTED))) {
      Lab lab = cluster.lab();
      NodeHost node = lab.node("node-1");
      ServiceFile service =
          ServiceFile.tcp("web", 1).with(lab.pod("pod-b"), 9000).with(lab.pod("pod-c"), 9000);
      cluster.apply("web.yaml", service.yaml());
      cluster.startAgents();
      List<String> linksWithoutIt = links(node);
      PodHost earlier = lab.createPod("earlier", "node-1");
      earlier.connectOnce(Target.of(service.clusterIp(AddressFamily.IPV4), 80));
      List<String> linksOfEarlier = links(node);
      cluster.agent("node-1").kill();

      lab.deletePod(earlier.name());
      PodHost late = lab.createPod("late", "node-1");
      for (AddressFamily family : AddressFamily.values()) {
        Target target = Target.of(service.clusterIp(family), 80);
        // A process in the pod's cgroup: the hooks see it. connectOnce() is not in the cgroup.
        assertThat(late.probe().connectMany(target, 20).answered()).isEqualTo(20);
      }
      cluster.startAgent("node-1");
      Verdicts before = cluster.verdicts("node-1");
      for (AddressFamily family : AddressFamily.values()) {
        Target target = Target.of(service.clusterIp(family), 80);
        assertThat(late.connectOnce(target).server()).isIn("pod-b", "pod-c");
      }
      assertThat(cluster.verdicts("node-1").since(before).of("tc_ingress", "opened_local"))
          .isEqualTo(2);
      linksOfEarlier.removeAll(linksWithoutIt);
      assertThat(linksOfEarlier).isNotEmpty();
      assertThat(links(node))
          .as("of the pod that is gone")
          .doesNotContainAnyElementsOf(linksOfEarlier);
      assertThat(links(node)).hasSize(linksWithoutIt.size() + 2);
    }
  }

  /**
   * Until the kernel says that a device runs. It is not when {@code ip link set up} returns: the
   * queue towards the pod drops everything until a worker of the kernel has seen the carrier.
   */
  private static void awaitRunning(NodeHost node, String device) {
    node.run(
        "sh",
        "-c",
        "for i in $(seq 1000); do case $(ip -o link show %s) in *LOWER_UP*'state UP'*) exit 0; esac;"
                .formatted(device)
            + " done; exit 1");
  }

  /** Pinned links of devices. */
  private static List<String> links(NodeHost node) {
    Path directory = InstalledMaps.of(node).directory().resolveSibling("links");
    try (Stream<Path> links = Files.list(directory)) {
      return links
          .map(link -> link.getFileName().toString())
          .filter(name -> name.startsWith("tcx-"))
          .sorted()
          .collect(Collectors.toCollection(ArrayList::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

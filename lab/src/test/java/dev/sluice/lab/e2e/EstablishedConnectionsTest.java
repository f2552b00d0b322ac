// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.BackgroundTransfer;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.NodeHost;
import dev.sluice.lab.OpenConnection;
import dev.sluice.lab.OpenUdp;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.lab.Transfer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Whatever becomes of Services and agents, a connection that is established goes on: one of every
 * kind is busy through all of it.
 */
@RequiresRoot
class EstablishedConnectionsTest {
  private static final long BYTES = 12_000_000;
  private static final long BYTES_PER_SECOND = 600_000;
  private static final int COLLECTIONS_WAIT_MILLIS = 4500;
  private static final int UDP_SOCKETS = 12;
  private static final int FIRST_UDP_SOURCE = 5000;

  /** A connection that moves bytes, and one that is idle between two events. */
  private record Witness(String name, BackgroundTransfer transfer, OpenConnection idle) {}

  private Cluster cluster;
  private Lab lab;
  private long begun;

  @Test
  @ShowsRules({52, 165, 174, 190, 192})
  void connectionsOfEveryKindSurviveEverything() throws Exception {
    begun = System.nanoTime();
    try (Cluster closing = Cluster.create(LabOptions.of(Layout.ROUTED), "--collect-every", "1")) {
      cluster = closing;
      lab = cluster.lab();
      NodeHost node = lab.node("node-1");
      // One backend each at first, so that it is known where connections go.
      ServiceFile near = ServiceFile.tcp("near", 1).with(lab.pod("pod-b"), 9000);
      ServiceFile far = ServiceFile.tcp("far", 2).with(lab.pod("pod-c"), 9000);
      ServiceFile datagrams = ServiceFile.udp("datagrams", 3);
      for (PodHost pod : lab.pods()) {
        datagrams = datagrams.with(pod, 9000);
      }
      cluster.apply("near.yaml", near.yaml());
      cluster.apply("far.yaml", far.yaml());
      cluster.apply("datagrams.yaml", datagrams.yaml());
      startNode1();
      cluster.startAgent("node-2");
      int bitsBefore = InstalledMaps.of(node).frontendBits();

      List<Witness> witnesses = new ArrayList<>();
      for (AddressFamily family : AddressFamily.values()) {
        // Hooks see pod-a alone; what a process of the node's other pods sends goes by packets.
        witnesses.add(witness("hooks to local", lab.pod("pod-a"), near.clusterIp(family)));
        witnesses.add(witness("hooks to remote", lab.pod("pod-a"), far.clusterIp(family)));
        witnesses.add(witness("packets to itself", lab.pod("pod-b"), near.clusterIp(family)));
        witnesses.add(witness("packets to remote", lab.pod("pod-b"), far.clusterIp(family)));
        witnesses.add(witness("outside to local", lab.client(), near.externalIp(family)));
        witnesses.add(witness("outside to remote", lab.client(), far.externalIp(family)));
      }
      List<OpenUdp> sockets = openUdp(datagrams);
      List<String> answering = sockets.stream().map(socket -> socket.ask("a").server()).toList();
      assertThat(answering.stream().distinct().count())
          .as("spread: %s", answering)
          .isGreaterThan(1);
      check("started", witnesses);

      cluster.apply("near.yaml", near.with(lab.pod("pod-d"), 9000).yaml());
      cluster.apply("far.yaml", far.with(lab.pod("pod-d"), 9000).yaml());
      Await.backends(cluster, "near", 2);
      Await.backends(cluster, "far", 2);
      check("another backend added", witnesses);
      cluster.apply("near.yaml", near.yaml());
      cluster.apply("far.yaml", far.yaml());
      Await.backends(cluster, "near", 1);
      Await.backends(cluster, "far", 1);
      check("and removed", witnesses);

      cluster.apply("near.yaml", "# rewritten\n" + near.yaml());
      cluster.apply("both.yaml", far.yaml());
      cluster.delete("far.yaml");
      check("manifests rewritten", witnesses);

      Map<String, String> frontends = InstalledMaps.of(node).frontends();
      long connections = connections(node, "near");
      assertThat(cluster.agent("node-1").terminate()).isZero();
      check("agent stopped", witnesses);
      assertNewConnections(near);
      startNode1();
      assertThat(InstalledMaps.of(node).frontends()).as("ids and regions").isEqualTo(frontends);
      assertThat(connections(node, "near")).isGreaterThanOrEqualTo(connections);
      check("agent started again", witnesses);
      assertThat(sockets.stream().map(socket -> socket.ask("b").server()).toList())
          .as("who answers the same sockets")
          .isEqualTo(answering);

      cluster.apply(
          "doomed.yaml", ServiceFile.tcp("doomed", 4).with(lab.pod("pod-d"), 9000).yaml());
      Await.backends(cluster, "doomed", 1);
      cluster.agent("node-1").kill();
      assertThat(cluster.agent("node-1").isAlive()).isFalse();
      check("agent killed", witnesses);
      assertNewConnections(near);
      ServiceFile added = ServiceFile.tcp("added", 5).with(lab.pod("pod-d"), 9000);
      cluster.delete("doomed.yaml");
      cluster.apply("added.yaml", added.yaml());
      startNode1();
      Await.backends(node, "doomed", 0);
      Await.backends(node, "added", 1);
      for (AddressFamily family : AddressFamily.values()) {
        assertThat(lab.client().probe().connect(Target.of(added.externalIp(family), 80)).server())
            .isEqualTo("pod-d");
      }
      check("agent started after a kill", witnesses);
      assertThat(sockets.stream().map(socket -> socket.ask("c").server()).toList())
          .isEqualTo(answering);

      cluster.apply(
          "near.yaml", near.without(lab.pod("pod-b")).with(lab.pod("pod-d"), 9000).yaml());
      cluster.apply("both.yaml", far.without(lab.pod("pod-c")).with(lab.pod("pod-d"), 9000).yaml());
      Await.until(
          "new connections go elsewhere",
          () ->
              lab.client()
                  .probe()
                  .connect(Target.of(near.externalIp(AddressFamily.IPV4), 80))
                  .server()
                  .equals("pod-d"));
      check("own backend removed", witnesses);

      cluster.delete("near.yaml");
      cluster.delete("both.yaml");
      cluster.delete("added.yaml");
      cluster.delete("datagrams.yaml");
      Await.backends(cluster, "near", 0);
      Await.backends(cluster, "far", 0);
      Thread.sleep(COLLECTIONS_WAIT_MILLIS);
      check("Services deleted, several collections later", witnesses);
      int bitsAtTheEnd = InstalledMaps.of(node).frontendBits();
      assertThat(bitsAtTheEnd).as("filter bits that connections need").isPositive();

      for (Witness witness : witnesses) {
        assertThat(witness.transfer().progress())
            .as("%s was busy all the time", witness.name())
            .isLessThan(2 * BYTES);
      }
      for (Witness witness : witnesses) {
        Transfer transfer = witness.transfer().await(Duration.ofSeconds(60));
        assertThat(transfer.intact()).as(witness.name()).isTrue();
        witness.idle().close();
      }
      sockets.forEach(OpenUdp::close);
      Await.until("filter bits cleared", () -> InstalledMaps.of(node).frontendBits() == 0);
      System.out.printf(
          "%d transfers of 2 x %d bytes intact after %.1f s; frontend bits %d with Services, %d with"
              + " only connections%n",
          witnesses.size(), BYTES, seconds(), bitsBefore, bitsAtTheEnd);
    }
  }

  /** The hooks cover pod-a alone, so that pod-b's connections go by packets. */
  private void startNode1() {
    cluster.startAgent(
        "node-1",
        "--cgroup",
        lab.pod("pod-a").cgroup().toString(),
        "--timeout-closed",
        "1",
        "--timeout-udp",
        "15");
  }

  private static Witness witness(String name, Host host, String address) {
    Target target = Target.of(address, 80).within(Duration.ofSeconds(30));
    return new Witness(
        name + " by " + address,
        host.probe().startTransfer(target, BYTES, BYTES_PER_SECOND),
        host.probe().open(target));
  }

  private List<OpenUdp> openUdp(ServiceFile datagrams) {
    List<OpenUdp> sockets = new ArrayList<>();
    for (int number = 0; number < UDP_SOCKETS; number++) {
      AddressFamily family = number % 2 == 0 ? AddressFamily.IPV4 : AddressFamily.IPV6;
      sockets.add(
          lab.pod("pod-b")
              .probe()
              .openUdp(
                  Target.of(datagrams.clusterIp(family), 80).fromPort(FIRST_UDP_SOURCE + number),
                  false));
    }
    return sockets;
  }

  /** Every transfer moves on, and every idle connection answers. */
  private void check(String event, List<Witness> witnesses) {
    for (Witness witness : witnesses) {
      assertThat(witness.idle().echo(event)).as("%s: %s", event, witness.name()).isEqualTo(event);
      long gone = witness.transfer().progress();
      witness.transfer().awaitProgress(gone + 1, Duration.ofSeconds(10));
    }
    System.out.printf("%6.1f s %s: %d connections go on%n", seconds(), event, witnesses.size());
  }

  private void assertNewConnections(ServiceFile service) {
    for (AddressFamily family : AddressFamily.values()) {
      for (Host host : List.of(lab.pod("pod-a"), lab.pod("pod-b"))) {
        assertThat(host.probe().connect(Target.of(service.clusterIp(family), 80)).server())
            .as("without an agent, from %s", host)
            .isEqualTo("pod-b");
      }
      assertThat(lab.client().probe().connect(Target.of(service.externalIp(family), 80)).server())
          .isEqualTo("pod-b");
    }
  }

  private static long connections(NodeHost node, String service) {
    long sum = 0;
    for (JsonNode port : Await.ask(node, "services")) {
      if (port.get("name").asText().equals(service)) {
        sum += port.get("connections").asLong();
      }
    }
    return sum;
  }

  private double seconds() {
    return (System.nanoTime() - begun) / 1e9;
  }
}

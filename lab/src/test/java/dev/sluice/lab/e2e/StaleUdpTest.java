// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.lab.AddressFamily;
import dev.sluice.lab.Failure;
import dev.sluice.lab.Host;
import dev.sluice.lab.Lab;
import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Layout;
import dev.sluice.lab.OpenUdp;
import dev.sluice.lab.PodHost;
import dev.sluice.lab.ProbeException;
import dev.sluice.lab.RequiresRoot;
import dev.sluice.lab.Target;
import dev.sluice.lab.e2e.ServiceFile.State;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** UDP flows whose backend goes: by socket hooks, by packets, and over a restart of the agent. */
@RequiresRoot
class StaleUdpTest {
  private static final int PORT = 9000;
  private static final int NODE_PORT = 30053;
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final String LOCAL_POLICIES =
      "externalTrafficPolicy: Local\n  internalTrafficPolicy: Local\n  ipFamilyPolicy:";

  private Cluster cluster;
  private Lab lab;
  private PodHost near;
  private PodHost gone;
  private PodHost stays;
  private ServiceFile service;

  private void use(Cluster created) {
    cluster = created;
    lab = cluster.lab();
    near = lab.pod("pod-b");
    gone = lab.pod("pod-c");
    stays = lab.pod("pod-d");
    service = ServiceFile.udp("names", 1).withNodePort(NODE_PORT);
  }

  @Test
  @ShowsRules({167, 169, 170, 171, 172, 173, 174})
  void aConnectedSocketWhoseBackendGoesIsToldAndNoOtherSocketIs() throws Exception {
    try (Cluster created = Cluster.create(LabOptions.of(Layout.ROUTED))) {
      use(created);
      apply(service.with(stays, PORT));
      cluster.startAgents();
      List<OpenUdp> healthy = open(true);
      assertServer(healthy, "pod-d");

      // A terminating endpoint keeps its flows but gets no new ones.
      apply(service.with(gone, PORT).with(stays, PORT).withState(stays, State.TERMINATING));
      awaitServer("pod-c");
      List<OpenUdp> doomed = open(true);
      List<OpenUdp> unconnected = open(false);
      assertServer(doomed, "pod-c");
      assertServer(unconnected, "pod-c");
      assertServer(healthy, "pod-d");
      List<OpenUdp> direct = new ArrayList<>();
      for (AddressFamily family : AddressFamily.values()) {
        direct.add(lab.pod("pod-a").probe().openUdp(Target.of(gone.address(family), PORT), true));
      }
      InetSocketAddress backend = new InetSocketAddress(gone.address(AddressFamily.IPV4), PORT);
      try (DatagramChannel foreign =
          lab.pod("pod-a").call(() -> DatagramChannel.open().connect(backend))) {
        long begun = System.nanoTime();
        apply(service.with(stays, PORT));
        assertAborted(doomed);
        System.out.printf(
            "%d connected UDP sockets of a pod and of the node got ECONNABORTED within %.0f ms of the"
                + " file's rename%n",
            doomed.size(), (System.nanoTime() - begun) / 1e6);
        assertServer(healthy, "pod-d");
        assertServer(unconnected, "pod-d");
        assertServer(direct, "pod-c");
        foreign.write(ByteBuffer.wrap("still there".getBytes(StandardCharsets.UTF_8)));
      }
      assertThat(destroyed()).isEqualTo(doomed.size());
      assertServer(open(true), "pod-d");

      // Without any serving endpoint nothing is cleaned until there is one.
      apply(service);
      awaitRefusal();
      assertServer(healthy, "pod-d");
      assertThat(destroyed()).isEqualTo(doomed.size());
      apply(service.with(gone, PORT));
      assertAborted(healthy);

      overARestart();
      assertThat(cluster.sluice("node-1", "status"))
          .containsPattern(
              "connected UDP sockets whose backend was gone: %d destroyed, 0 could not be"
                  .formatted(destroyed()));
    }
  }

  private void overARestart() {
    List<OpenUdp> doomed = open(true);
    assertServer(doomed, "pod-c");
    apply(service.with(stays, PORT).with(gone, PORT).withState(gone, State.TERMINATING));
    awaitServer("pod-d");
    List<OpenUdp> healthy = open(true);
    assertServer(healthy, "pod-d");
    cluster.agent("node-1").kill();
    cluster.startAgent("node-1");
    assertServer(doomed, "pod-c");
    assertServer(healthy, "pod-d");
    assertThat(destroyed()).isZero();
    cluster.agent("node-1").kill();
    apply(service.with(stays, PORT));
    cluster.startAgent("node-1");
    assertAborted(doomed);
    assertServer(healthy, "pod-d");
    assertThat(destroyed()).isEqualTo(doomed.size());
  }

  @Test
  @ShowsRules({168, 169, 170, 172, 174, 178})
  void byPacketsTheSameSocketReachesTheNewBackendWithItsNextDatagram() throws Exception {
    try (Cluster created = Cluster.create(LabOptions.of(Layout.ROUTED), "--socket-hooks", "off")) {
      use(created);
      apply(service.with(gone, PORT));
      cluster.startAgents();
      List<OpenUdp> sockets = openByPackets();
      assertServer(sockets, "pod-c");

      apply(service.with(stays, PORT).with(gone, PORT).withState(gone, State.TERMINATING));
      awaitServerByPackets("pod-d");
      assertServer(sockets, "pod-c");
      cluster.agent("node-1").kill();
      cluster.startAgent("node-1");
      assertServer(sockets, "pod-c");

      long begun = System.nanoTime();
      apply(service.with(stays, PORT));
      Await.until(
          "the same socket answered by pod-d",
          () -> sockets.getFirst().ask("again").server().equals("pod-d"));
      System.out.printf(
          "by packets the new backend answered within %.0f ms%n",
          (System.nanoTime() - begun) / 1e6);
      assertServer(sockets, "pod-d");

      apply(service);
      awaitNoServerByPackets();
      assertServer(sockets, "pod-d");
    }
  }

  @Test
  @ShowsRules(176)
  void aLocalPodThatComesBackIsReachedByTheSameSocketsThoughARemoteOneWasThereAllTheTime()
      throws Exception {
    try (Cluster created = Cluster.create(LabOptions.of(Layout.ROUTED))) {
      use(created);
      ServiceFile remoteOnly = service.with(stays, PORT);
      ServiceFile both = remoteOnly.with(near, PORT);
      applyLocal(both);
      cluster.startAgents();
      List<OpenUdp> outside = new ArrayList<>();
      List<OpenUdp> pods = new ArrayList<>();
      for (AddressFamily family : AddressFamily.values()) {
        outside.add(lab.client().probe().openUdp(nodePort(family).within(SHORT), true));
        pods.add(
            lab.pod("pod-a")
                .probe()
                .openUdp(Target.of(service.clusterIp(family), 80).within(SHORT), true));
      }
      assertServer(outside, "pod-b");
      assertServer(pods, "pod-b");

      applyLocal(remoteOnly);
      assertAborted(pods);
      for (AddressFamily family : AddressFamily.values()) {
        // Connected while there is no local pod: to the Service's own address.
        pods.add(
            lab.pod("pod-a")
                .probe()
                .openUdp(Target.of(service.clusterIp(family), 80).within(SHORT), true));
      }
      List<OpenUdp> waiting = new ArrayList<>(pods.subList(2, 4));
      waiting.addAll(outside);
      for (OpenUdp socket : waiting) {
        assertThat(failure(socket).map(ProbeException::failure)).hasValue(Failure.TIMED_OUT);
      }

      applyLocal(both);
      for (OpenUdp socket : waiting) {
        Await.until("answered by pod-b", () -> answeredBy(socket, "pod-b"));
      }
    }
  }

  /** One connected or unconnected socket of each kind, of a pod and of the node itself. */
  private List<OpenUdp> open(boolean connected) {
    List<OpenUdp> sockets = new ArrayList<>();
    for (Host host : List.of(lab.pod("pod-a"), lab.node("node-1"))) {
      Target ipv4 = Target.of(service.clusterIp(AddressFamily.IPV4), 80);
      Target ipv6 = Target.of(service.clusterIp(AddressFamily.IPV6), 80);
      for (Target target : List.of(ipv4, ipv4.viaDualStackSocket(), ipv6)) {
        sockets.add(host.probe().openUdp(target, connected));
      }
    }
    return sockets;
  }

  /** Sockets whose datagrams node-1 translates: a pod's, and one outside by the node port. */
  private List<OpenUdp> openByPackets() {
    List<OpenUdp> sockets = new ArrayList<>();
    for (AddressFamily family : AddressFamily.values()) {
      for (boolean connected : new boolean[] {true, false}) {
        sockets.add(
            lab.pod("pod-a").probe().openUdp(Target.of(service.clusterIp(family), 80), connected));
        sockets.add(lab.client().probe().openUdp(nodePort(family), connected));
      }
    }
    return sockets;
  }

  private Target nodePort(AddressFamily family) {
    return Target.of(lab.node("node-1").address(family), NODE_PORT);
  }

  private void apply(ServiceFile file) {
    cluster.apply("names.yaml", file.yaml());
  }

  private void applyLocal(ServiceFile file) {
    cluster.apply("names.yaml", file.yaml().replace("ipFamilyPolicy:", LOCAL_POLICIES));
  }

  private static void assertServer(List<OpenUdp> sockets, String server) {
    for (OpenUdp socket : sockets) {
      assertThat(socket.ask("who").server()).isEqualTo(server);
    }
  }

  /** Each goes on until it is destroyed, and is told of it by the first call that fails. */
  private static void assertAborted(List<OpenUdp> sockets) {
    for (OpenUdp socket : sockets) {
      List<ProbeException> failures = new ArrayList<>();
      Await.until(
          "a call that fails",
          () -> {
            failure(socket).ifPresent(failures::add);
            return !failures.isEmpty();
          });
      assertThat(failures.getFirst().failure())
          .as(failures.getFirst().getMessage())
          .isEqualTo(Failure.ABORTED);
    }
  }

  private static boolean answeredBy(OpenUdp socket, String server) {
    try {
      return socket.ask("who").server().equals(server);
    } catch (ProbeException e) {
      assertThat(e.failure()).isEqualTo(Failure.TIMED_OUT);
      return false;
    }
  }

  private static Optional<ProbeException> failure(OpenUdp socket) {
    return Optional.ofNullable(
        catchThrowableOfType(ProbeException.class, () -> socket.ask("anybody")));
  }

  /** Until all of node-1's new sockets are led there. */
  private void awaitServer(String server) {
    for (AddressFamily family : AddressFamily.values()) {
      Target target = Target.of(service.clusterIp(family), 80);
      Await.until(
          "new sockets led to " + server,
          () -> lab.pod("pod-a").probe().udpConnected(target, "new").server().equals(server));
    }
  }

  /** Until new sockets of the node itself find nobody: it is told at once. */
  private void awaitRefusal() {
    for (AddressFamily family : AddressFamily.values()) {
      Target target = Target.of(service.clusterIp(family), 80).within(SHORT);
      Await.until(
          "new sockets refused",
          () ->
              catchThrowableOfType(
                      ProbeException.class, () -> lab.node("node-1").probe().udp(target, "new"))
                  != null);
    }
  }

  private void awaitServerByPackets(String server) {
    for (AddressFamily family : AddressFamily.values()) {
      Await.until(
          "new flows led to " + server,
          () -> lab.client().probe().udp(nodePort(family), "new").server().equals(server));
    }
  }

  private void awaitNoServerByPackets() {
    for (AddressFamily family : AddressFamily.values()) {
      Target target = nodePort(family).within(SHORT);
      Await.until(
          "new flows refused",
          () ->
              catchThrowableOfType(
                      ProbeException.class, () -> lab.client().probe().udpConnected(target, "new"))
                  != null);
    }
  }

  private long destroyed() {
    assertThat(cluster.status("node-1").get("staleSockets").get("lastFailure").asText()).isEmpty();
    return cluster.status("node-1").get("staleSockets").get("destroyed").asLong();
  }
}

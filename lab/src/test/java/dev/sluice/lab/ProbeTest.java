// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The clients that tests drive inside of pods, on a lab without Sluice. */
@RequiresRoot
final class ProbeTest {
  private static final int PORT = 9000;
  private static final int CLOSED_PORT = 9;

  private static Lab lab;

  @BeforeAll
  static void up() {
    lab = Lab.start(LabOptions.of(Layout.ROUTED));
  }

  @AfterAll
  static void down() {
    lab.close();
  }

  @Test
  void aConnectionKnowsAllItsAddresses() {
    Target target = podC().fromPort(8100);

    Connection connection = podA().probe().connect(target);

    InetSocketAddress local = new InetSocketAddress(podA().address(AddressFamily.IPV4), 8100);
    assertThat(connection)
        .isEqualTo(
            new Connection(
                new Banner("pod-c", local), local, target.socketAddress(), target.socketAddress()));
  }

  @Test
  void theSocketIsOfTheKindAskedFor() {
    try (OpenConnection _ = podA().probe().open(podC().fromPort(8101));
        OpenConnection _ = podA().probe().open(podC().viaDualStackSocket().fromPort(8102))) {
      assertThat(sockets("tcp")).contains(":1FA5 ").doesNotContain(":1FA6 ");
      assertThat(sockets("tcp6")).contains(":1FA6 ").doesNotContain(":1FA5 ");
    }
  }

  @Test
  void aRefusedConnectionSaysSo() {
    assertFails(Target.of(podC().address(), CLOSED_PORT), Failure.REFUSED);
  }

  @Test
  void aMissingRouteIsNoTimeout() {
    podA().run("ip", "route", "add", "unreachable", "198.51.100.0/24");
    assertFails(Target.of("198.51.100.1", 1), Failure.UNREACHABLE);
  }

  @Test
  void aServerThatNeverAnswersIsATimeout() throws Exception {
    PodHost pod = lab.pod("pod-d");
    try (ServerSocketChannel _ =
        pod.call(() -> ServerSocketChannel.open().bind(new InetSocketAddress(7000)))) {
      Target silent = Target.of(pod.address(AddressFamily.IPV4), 7000);
      assertFails(silent.within(Duration.ofMillis(200)), Failure.TIMED_OUT);
    }
  }

  @Test
  void anUnansweredDatagramIsATimeoutAndAnUnboundPortARefusal() {
    Target unbound = Target.of(podC().address(), CLOSED_PORT).within(Duration.ofMillis(200));

    assertThatThrownBy(() -> podA().probe().udpConnected(unbound, "x"))
        .isInstanceOfSatisfying(
            ProbeException.class,
            failure -> assertThat(failure.failure()).isEqualTo(Failure.REFUSED));
    assertThatThrownBy(() -> podA().probe().udp(unbound, "x"))
        .isInstanceOfSatisfying(
            ProbeException.class,
            failure -> assertThat(failure.failure()).isEqualTo(Failure.TIMED_OUT));
  }

  @Test
  void manyConnectionsAreCountedByServer() {
    assertThat(podA().probe().connectMany(podC(), 100))
        .isEqualTo(new Histogram(Map.of("pod-c", 100), Map.of()));
    assertThat(podA().probe().udpMany(podC(), 100))
        .isEqualTo(new Histogram(Map.of("pod-c", 100), Map.of()));
    assertThat(podA().probe().connectMany(Target.of(podC().address(), CLOSED_PORT), 7))
        .isEqualTo(new Histogram(Map.of(), Map.of(Failure.REFUSED, 7)));
  }

  @Test
  void anOpenConnectionEchoesUntilItIsClosed() {
    OpenConnection connection = podA().probe().open(podC());

    assertThat(connection.echo("one")).isEqualTo("one");
    assertThat(connection.echo("two words, ünicode")).isEqualTo("two words, ünicode");
    connection.close();

    assertThatThrownBy(() -> connection.echo("three")).hasMessageContaining("closed");
  }

  @Test
  void oneUnconnectedSocketAsksSeveralServers() {
    Target podD = Target.of(lab.pod("pod-d").address(AddressFamily.IPV4), PORT);

    List<UdpReply> replies = podA().probe().udpAll(List.of(podC(), podD));

    assertThat(replies).extracting(UdpReply::server).containsExactly("pod-c", "pod-d");
    assertThat(replies)
        .extracting(UdpReply::source)
        .containsExactly(podC().socketAddress(), podD.socketAddress());
    assertThat(replies).extracting(reply -> reply.banner().client()).hasSize(2);
  }

  @Test
  void anOpenDatagramSocketKeepsItsPort() {
    try (OpenUdp socket = podA().probe().openUdp(podC(), true)) {
      assertThat(socket.ask("one").banner()).isEqualTo(socket.ask("two").banner());
    }
  }

  @Test
  void aTransferInTheBackgroundKeepsItsRateAndEndsIntact() {
    long bytes = 500_000;
    BackgroundTransfer transfer = podA().probe().startTransfer(podC(), bytes, 1_000_000);

    transfer.awaitProgress(100_000, Duration.ofSeconds(5));
    assertThat(transfer.progress()).isLessThan(2 * bytes);
    Transfer result = transfer.await(Duration.ofSeconds(10));

    assertThat(result.intact()).isTrue();
    assertThat(result.duration()).isBetween(Duration.ofMillis(900), Duration.ofMillis(3000));
  }

  @Test
  void aTransferWhoseServerDiesIsReported() {
    BackgroundTransfer transfer =
        podA().probe().startTransfer(serverOf("pod-b"), 50_000_000, 1_000_000);
    transfer.awaitProgress(100_000, Duration.ofSeconds(5));

    lab.pod("pod-b").stopServers();

    assertThatThrownBy(() -> transfer.await(Duration.ofSeconds(10)))
        .isInstanceOf(ProbeException.class);
    assertThat(podA().probe()).isNotNull();
    lab.pod("pod-b").probe();
    assertThat(podA().probe().connect(serverOf("pod-b")).server()).isEqualTo("pod-b");
  }

  @Test
  void shortConnectionsAreFastAndGetTheirOwnBytes() {
    podA().probe().shortConnections(podC(), 20_000, 32);

    ShortConnections run = podA().probe().shortConnections(podC(), 60_000, 32);

    System.out.printf("short connections: %.0f/s, %s%n", run.perSecond(), run);
    assertThat(run.ok()).isEqualTo(60_000);
    assertThat(run.total()).isEqualTo(60_000);
  }

  @Test
  void refusedShortConnectionsAreCounted() {
    ShortConnections run =
        podA().probe().shortConnections(Target.of(podC().address(), CLOSED_PORT), 500, 4);
    assertThat(run.refused()).isEqualTo(500);
    assertThat(run.total()).isEqualTo(500);
  }

  @Test
  void aFailingCommandIsReportedWithItsErrors() {
    assertThatThrownBy(() -> podA().run("ip", "link", "show", "no-such-device"))
        .isInstanceOf(LabException.class)
        .hasMessageContaining("no-such-device")
        .hasMessageContaining("does not exist");
  }

  @Test
  void commandsRunInTheCgroupOfTheirHost() {
    assertThat(podA().run("cat", "/proc/self/cgroup"))
        .contains("0::/sluice-%s/node-1/pod-a\n".formatted(lab.id()));
  }

  private static PodHost podA() {
    return lab.pod("pod-a");
  }

  private static Target podC() {
    return serverOf("pod-c");
  }

  private static Target serverOf(String pod) {
    return Target.of(lab.pod(pod).address(AddressFamily.IPV4), PORT);
  }

  private static void assertFails(Target target, Failure expected) {
    assertThatThrownBy(() -> podA().probe().connect(target))
        .isInstanceOfSatisfying(
            ProbeException.class, failure -> assertThat(failure.failure()).isEqualTo(expected));
  }

  private static String sockets(String table) {
    return podA().run("cat", "/proc/net/" + table);
  }
}

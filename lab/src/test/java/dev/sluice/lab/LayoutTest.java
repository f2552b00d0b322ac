// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every layout carries what Sluice needs from a CNI, without Sluice. */
@RequiresRoot
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LayoutTest {
  private static final int PORT = 9000;
  private static final long FIFTY_MEGABYTES = 50_000_000;

  private final Layout layout;
  private Lab lab;

  LayoutTest(Layout layout) {
    this.layout = layout;
  }

  @BeforeAll
  void up() {
    long start = System.nanoTime();
    lab = Lab.start(LabOptions.of(layout));
    System.out.printf("lab %s up in %d ms%n", layout, (System.nanoTime() - start) / 1_000_000);
  }

  @AfterAll
  void down() {
    long start = System.nanoTime();
    lab.close();
    System.out.printf("lab %s down in %d ms%n", layout, (System.nanoTime() - start) / 1_000_000);
    assertThat(Leftovers.find(lab.id())).matches(Leftovers::isEmpty, "is empty");
  }

  @ParameterizedTest
  @EnumSource
  void aPodReachesAPodOfItsNode(AddressFamily family) {
    assertReaches(lab.pod("pod-a"), lab.pod("pod-b"), family);
  }

  @ParameterizedTest
  @EnumSource
  void aPodReachesAPodOfAnotherNodeAndKeepsItsAddress(AddressFamily family) {
    assertReaches(lab.pod("pod-a"), lab.pod("pod-d"), family);
  }

  @ParameterizedTest
  @EnumSource
  void aPodReachesBothNodes(AddressFamily family) {
    assertReaches(lab.pod("pod-a"), lab.node("node-1"), family);
    assertReaches(lab.pod("pod-a"), lab.node("node-2"), family);
  }

  @ParameterizedTest
  @EnumSource
  void aNodeReachesPodsOfBothNodes(AddressFamily family) {
    assertAnswers(lab.node("node-1"), lab.pod("pod-a"), family);
    assertAnswers(lab.node("node-1"), lab.pod("pod-c"), family);
  }

  @ParameterizedTest
  @EnumSource
  void theClientReachesTheNodes(AddressFamily family) {
    assertReaches(lab.client(), lab.node("node-1"), family);
    assertReaches(lab.client(), lab.node("node-2"), family);
  }

  @ParameterizedTest
  @EnumSource
  void fiftyMegabytesArriveUnchangedBothWays(AddressFamily family) {
    Transfer transfer =
        lab.pod("pod-a").probe().transfer(target(lab.pod("pod-c"), family), FIFTY_MEGABYTES);

    assertThat(transfer.intact()).as("%s", transfer).isTrue();
    assertThat(transfer.bytes()).isEqualTo(FIFTY_MEGABYTES);
    System.out.printf("%s %s: 2 x 50 MB in %s%n", layout, family, transfer.duration());
  }

  @ParameterizedTest
  @EnumSource
  void datagramsAreAnswered(AddressFamily family) {
    PodHost pod = lab.pod("pod-a");
    Target target = target(lab.pod("pod-c"), family);

    for (UdpReply reply :
        List.of(
            pod.probe().udp(target, "ask"),
            pod.probe().udpConnected(target, "ask"),
            pod.probe().udp(target.viaDualStackSocket(), "ask"),
            pod.probe().udpConnected(target.viaDualStackSocket(), "ask"))) {
      assertThat(reply.server()).isEqualTo("pod-c");
      assertThat(reply.source()).isEqualTo(target.socketAddress());
      assertThat(reply.banner().client().getAddress()).isEqualTo(pod.address(family));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPodCreatedWhileRunningIsReachedAtOnce(AddressFamily family) throws Exception {
    long start = System.nanoTime();
    PodHost pod = lab.createPod("pod-new", "node-1");
    System.out.printf("%s: pod created in %.1f ms%n", layout, (System.nanoTime() - start) / 1e6);
    try {
      Target server = target(lab.pod("pod-c"), family);
      assertThat(pod.connectOnce(server).server()).isEqualTo("pod-c");
      pod.probe();
      assertReaches(lab.pod("pod-c"), pod, family);
    } finally {
      lab.deletePod("pod-new");
    }
    assertThat(lab.devices(lab.node("node-1"))).doesNotContain(pod.device());
  }

  @Test
  void serviceAddressesLeadNowhereWithoutAnAgent() {
    Target service = Target.of("10.96.0.10", 80).within(Duration.ofMillis(200));

    assertThatThrownBy(() -> lab.pod("pod-a").probe().connect(service))
        .isInstanceOfSatisfying(
            ProbeException.class,
            failure -> assertThat(failure.failure()).isEqualTo(Failure.TIMED_OUT));
  }

  private static void assertReaches(Host from, Host to, AddressFamily family) {
    Connection connection = assertAnswers(from, to, family);
    assertThat(connection.banner().client().getAddress()).isEqualTo(from.address(family));
  }

  private static Connection assertAnswers(Host from, Host to, AddressFamily family) {
    Connection connection = from.probe().connect(target(to, family));
    assertThat(connection.server()).isEqualTo(to.name());
    return connection;
  }

  private static Target target(Host host, AddressFamily family) {
    return Target.of(host.address(family), PORT);
  }
}

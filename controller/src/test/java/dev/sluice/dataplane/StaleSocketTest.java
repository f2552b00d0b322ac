// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.serving;
import static dev.sluice.model.Protocol.UDP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import dev.sluice.dataplane.SocketCase.Caller;
import dev.sluice.dataplane.SocketCase.Loading;
import dev.sluice.node.SocketDestruction;
import dev.sluice.node.SocketIdentity;
import dev.sluice.packets.End;
import dev.sluice.plan.Route;
import dev.sluice.plan.ServicePlan;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which connected UDP sockets are found stale and destroyed, with real sockets and programs. */
class StaleSocketTest {
  private static final String OK = "ok";
  private static final String ECONNABORTED = "errno 103";
  private static final String ENOTCONN = "errno 107";

  private static HookedNode node;
  private static StaleSocketFinder finder;

  private End vip;
  private End otherVip;
  private End pod;
  private End otherPod;

  @BeforeAll
  static void start() {
    Optional<String> missing = SocketDestruction.missing();
    Assumptions.assumeTrue(missing.isEmpty(), () -> "skipped: the kernel has no " + missing);
    node = new HookedNode(Loading.AS_USUAL);
    node.processIs(Caller.POD);
    finder = node.staleSockets(true);
  }

  @AfterAll
  static void stop() {
    if (node != null) {
      finder.close();
      node.close();
    }
  }

  private void open(SocketKind kind) {
    Cast cast = Cast.of(kind.family());
    vip = cast.frontend();
    otherVip = cast.otherFrontend();
    pod = cast.backend(cast.pod());
    otherPod = cast.backend(cast.otherPod());
    node.forgetAll();
    node.dataplane().apply(udpOn(vip, random(local(pod))));
    ask("open udp " + kind.name().toLowerCase(Locale.ROOT), OK);
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  @ShowsRules(169)
  void aSocketWhoseBackendIsGoneIsDestroyedAndReachesAnotherWhenItConnectsAgain(SocketKind kind) {
    open(kind);
    connect(vip);
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    assertThat(destroyStale().destroyed()).isEqualTo(1);
    ask("receive", ECONNABORTED);
    ask("peer", ENOTCONN);
    connect(vip);
    send(vip);
    ask("receive", words(vip));
    assertThat(destroyStale().destroyed()).as("once").isZero();
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  @ShowsRules({170, 171})
  void aSocketWhoseBackendIsServingIsLeftAlone(SocketKind kind) {
    open(kind);
    connect(vip);
    node.dataplane().apply(serving(udpOn(vip, random(local(otherPod))), local(pod)));
    assertThat(destroyStale().destroyed()).isZero();
    ask("peer", words(vip));
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  @ShowsRules(172)
  void aSocketIsLeftAloneAsLongAsNoEndpointIsServing(SocketKind kind) {
    open(kind);
    connect(vip);
    node.dataplane().apply(udpOn(vip, rejecting()));
    assertThat(destroyStale().destroyed()).isZero();
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    assertThat(destroyStale().destroyed()).isEqualTo(1);
    ask("receive", ECONNABORTED);
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  @ShowsRules(173)
  void aSocketThatCalledTheBackendItselfIsLeftAlone(SocketKind kind) {
    open(kind);
    connect(pod);
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    assertThat(destroyStale().destroyed()).isZero();
    ask("peer", words(pod));
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void aSocketThatTheServiceLedElsewhereBeforeItCalledTheBackendItselfIsLeftAlone(SocketKind kind) {
    open(kind);
    node.dataplane().apply(udpOn(otherVip, random(local(otherPod))));
    send(vip);
    ask("receive", words(vip));
    connect(otherPod);
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    assertThat(destroyStale().destroyed()).isZero();
    ask("peer", words(otherPod));
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void aSocketThatCallsItsBackendItselfLaterIsLeftAlone(SocketKind kind) {
    open(kind);
    connect(vip);
    connect(pod);
    ask("peer", words(pod));
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    assertThat(destroyStale().destroyed()).isZero();
    ask("peer", words(pod));
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void aPeerThatServesAnotherServiceOfTheSocketIsNotGone(SocketKind kind) {
    open(kind);
    node.dataplane().apply(udpOn(otherVip, random(local(pod))));
    send(vip);
    ask("receive", words(vip));
    connect(otherVip);
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    assertThat(destroyStale().destroyed()).isZero();
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void anUnconnectedSocketSelectsAgainByItselfAndIsLeftAlone(SocketKind kind) {
    open(kind);
    send(vip);
    ask("receive", words(vip));
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    assertThat(destroyStale().destroyed()).isZero();
    send(vip);
    ask("receive", words(vip));
  }

  /** This JVM is in no cgroup with hooks: its socket bears no translation. */
  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void anotherProgramsSocketToTheSameBackendIsLeftAlone(SocketKind kind) throws Exception {
    open(kind);
    connect(vip);
    InetSocketAddress backend =
        new InetSocketAddress(InetAddress.getByAddress(pod.address().bytes()), pod.port());
    try (DatagramChannel foreign =
        node.inNamespace(() -> DatagramChannel.open().connect(backend))) {
      node.dataplane().apply(udpOn(vip, random(local(otherPod))));
      assertThat(destroyStale().destroyed()).isEqualTo(1);
      ByteBuffer buffer = ByteBuffer.wrap(new byte[] {1, 2, 3});
      foreign.write(buffer);
      foreign.read(buffer.clear());
      assertThat(buffer.position()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void withoutCookiesASocketIsKnownByItsAddresses(SocketKind kind) {
    open(kind);
    connect(vip);
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    try (StaleSocketFinder older = node.staleSockets(false)) {
      assertThat(destroy(older.find()).destroyed()).isEqualTo(1);
    }
    ask("receive", ECONNABORTED);
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void aSocketThatHasBeenConnectedAnewMeanwhileIsNotDestroyed(SocketKind kind) {
    open(kind);
    connect(vip);
    node.dataplane().apply(udpOn(vip, random(local(otherPod))));
    List<StaleSocketFinder.Found> found = finder.find();
    assertThat(found).as("closed ones may be there for a moment, too").isNotEmpty();
    connect(vip);
    assertThat(destroy(found)).isEqualTo(new SocketDestruction.Result(0, 0, List.of()));
    ask("peer", words(vip));
  }

  private static SocketDestruction.Result destroyStale() {
    return destroy(finder.find());
  }

  private static SocketDestruction.Result destroy(List<StaleSocketFinder.Found> found) {
    try {
      SocketDestruction.Result result =
          SocketDestruction.destroy(
              found.stream()
                  .map(one -> new SocketIdentity(one.namespace(), one.family(), one.identity()))
                  .toList());
      assertThat(result.failures()).isEmpty();
      return result;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static ServicePlan udpOn(End frontend, Route route) {
    return service(UDP, frontend, route);
  }

  private static void connect(End end) {
    ask("connect " + words(end), OK);
  }

  private static void send(End end) {
    ask("send " + words(end), OK);
  }

  private static void ask(String command, String answer) {
    assertThat(node.ask(command)).as(command).isEqualTo(answer);
  }

  private static String words(End end) {
    return end.address() + " " + end.port();
  }
}

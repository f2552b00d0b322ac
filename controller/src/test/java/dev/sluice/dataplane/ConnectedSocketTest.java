// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.model.Protocol.TCP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataplane.SocketCase.Caller;
import dev.sluice.dataplane.SocketCase.Loading;
import dev.sluice.packets.End;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long it is remembered which Service a TCP socket was connected by. */
class ConnectedSocketTest {
  private static final int CONNECTIONS = 3;

  private static HookedNode node;

  @BeforeAll
  static void start() {
    node = new HookedNode(Loading.AS_USUAL);
    node.processIs(Caller.POD);
  }

  @AfterAll
  static void stop() {
    if (node != null) {
      node.close();
    }
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void aSocketIsRememberedUntilItCloses(SocketKind kind) {
    Cast cast = Cast.of(kind.family());
    End vip = cast.frontend();
    node.forgetAll();
    node.dataplane().apply(service(TCP, vip, random(local(cast.backend(cast.pod())))));
    for (int connection = 0; connection < CONNECTIONS; connection++) {
      open(kind);
      assertThat(node.connectedSockets()).as("the one before has closed").isZero();
      ask("connect " + vip.address() + " " + vip.port());
      assertThat(node.ask("peer")).isEqualTo(vip.address() + " " + vip.port());
      assertThat(node.connectedSockets()).isOne();
    }
    open(kind);
    assertThat(node.connectedSockets()).isZero();
  }

  @ParameterizedTest
  @EnumSource(SocketKind.class)
  void aSocketThatCallsThePodItselfIsNotRemembered(SocketKind kind) {
    Cast cast = Cast.of(kind.family());
    End pod = cast.backend(cast.pod());
    node.forgetAll();
    node.dataplane().apply(service(TCP, cast.frontend(), random(local(pod))));
    open(kind);
    ask("connect " + pod.address() + " " + pod.port());
    assertThat(node.connectedSockets()).isZero();
  }

  private static void open(SocketKind kind) {
    ask("open tcp " + kind.name().toLowerCase(Locale.ROOT));
  }

  private static void ask(String command) {
    assertThat(node.ask(command)).as(command).isEqualTo("ok");
  }
}

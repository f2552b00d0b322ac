// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Flag;
import dev.sluice.packets.Sent;
import dev.sluice.plan.ServicePlan;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dead flows are collected by the same rules in the kernel and, on older kernels, from here. */
class FlowCollectionTest {
  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofMillis(1);

  /** More than two time stamps on a kernel with 250 jiffies a second. */
  private static final Duration PAUSE = Duration.ofMillis(600);

  private NodeUnderTest node;

  @AfterEach
  void close() {
    node.close();
  }

  @ParameterizedTest(name = "in the kernel: {0}")
  @ValueSource(booleans = {true, false})
  void everyFlowHasTheTimeOutOfItsState(boolean inKernel) {
    node = new NodeUnderTest(Delivery.TEST_RUN, inKernel);
    node.reset();
    for (IpFamily family : IpFamily.values()) {
      Cast cast = Cast.of(family);
      establish(cast, cast.clientEnd());
      call(cast, new End(cast.client(), 9)); // never answered
    }
    FlowTimeouts patient = new FlowTimeouts(LONG, LONG, SHORT, SHORT, LONG, SHORT);
    assertThat(node.collect(patient)).isEqualTo(new CollectionResult(2, 2, 0, 0));

    node.pause(PAUSE);
    assertThat(node.collect(patient)).isEqualTo(new CollectionResult(2, 2, 0, 0));

    for (IpFamily family : IpFamily.values()) {
      Cast cast = Cast.of(family);
      reply(cast, cast.clientEnd(), Flag.RST);
    }
    node.pause(PAUSE);
    FlowTimeouts impatientWithEmbryos = new FlowTimeouts(LONG, LONG, LONG, SHORT, SHORT, SHORT);
    assertThat(node.collect(impatientWithEmbryos))
        .as("the reset connections stay, the two half-open ones go with both halves")
        .isEqualTo(new CollectionResult(2, 0, 4, 0));
    assertThat(node.collect(patient))
        .as("reset connections go with both halves")
        .isEqualTo(new CollectionResult(0, 0, 4, 0));
  }

  @ParameterizedTest(name = "in the kernel: {0}")
  @ValueSource(booleans = {true, false})
  void aConnectionThatOneSideHasEndedHasATimeOutOfItsOwn(boolean inKernel) {
    node = new NodeUnderTest(Delivery.TEST_RUN, inKernel);
    node.reset();
    for (IpFamily family : IpFamily.values()) {
      Cast cast = Cast.of(family);
      establish(cast, cast.clientEnd());
      establish(cast, new End(cast.client(), 9));
      assertThat(reply(cast, cast.clientEnd(), Flag.FIN, Flag.ACK)).isEqualTo(Reason.REPLIED);
    }
    node.pause(PAUSE);

    FlowTimeouts impatientWithHalves = new FlowTimeouts(LONG, SHORT, LONG, LONG, LONG, LONG);
    assertThat(node.collect(impatientWithHalves)).isEqualTo(new CollectionResult(2, 0, 4, 0));
  }

  @ParameterizedTest(name = "in the kernel: {0}")
  @ValueSource(booleans = {true, false})
  void unansweredUdpHasATimeOutOfItsOwn(boolean inKernel) {
    node = new NodeUnderTest(Delivery.TEST_RUN, inKernel);
    node.reset();
    for (IpFamily family : IpFamily.values()) {
      Cast cast = Cast.of(family);
      node.apply(
          Plans.service(
              Protocol.UDP,
              cast.otherFrontend(),
              Plans.random(Plans.local(cast.backend(cast.pod())))));
      Sent question = Sent.of(Packet.udp(cast.clientEnd(), cast.otherFrontend()));
      assertThat(node.deliver(Hook.TC_INGRESS, Place.UPLINK, question, true).reason())
          .isEqualTo(Reason.OPENED_LOCAL);
      establish(cast, cast.clientEnd());
      call(cast, new End(cast.client(), 9));
    }
    node.pause(PAUSE);

    FlowTimeouts impatient = new FlowTimeouts(LONG, LONG, LONG, LONG, LONG, SHORT);
    assertThat(node.collect(impatient))
        .as("TCP without an answer stays")
        .isEqualTo(new CollectionResult(2, 2, 4, 0));
  }

  @ParameterizedTest(name = "in the kernel: {0}")
  @ValueSource(booleans = {true, false})
  void aFilterBitStaysAsLongAsAFlowNeedsIt(boolean inKernel) {
    node = new NodeUnderTest(Delivery.TEST_RUN, inKernel);
    node.reset();
    Cast cast = Cast.of(IpFamily.IPV4);
    ServicePlan plan = establish(cast, cast.clientEnd());
    node.remove(plan.name());
    FlowTimeouts patient = new FlowTimeouts(LONG, LONG, SHORT, SHORT, SHORT, SHORT);
    node.collect(patient);
    node.collect(patient);
    assertThat(reply(cast, cast.clientEnd(), Flag.ACK)).isEqualTo(Reason.REPLIED);
    End stranger = new End(cast.client(), 9);
    assertThat(reply(cast, stranger, Flag.ACK)).isEqualTo(Reason.PASS_NO_FLOW);

    node.pause(PAUSE);
    FlowTimeouts impatient = new FlowTimeouts(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT);
    node.collect(impatient);
    assertThat(reply(cast, stranger, Flag.ACK))
        .as("the bit is idle for the first time")
        .isEqualTo(Reason.PASS_NO_FLOW);
    node.collect(impatient);
    assertThat(reply(cast, stranger, Flag.ACK))
        .as("the bit is gone")
        .isEqualTo(Reason.PASS_NOT_SERVICE);
  }

  /** With source NAT, replies are translated at ingress, and have a cell of their own. */
  @ParameterizedTest(name = "in the kernel: {0}")
  @ValueSource(booleans = {true, false})
  void theCellOfAnotherNodesBackendStaysAsLongAsAFlowNeedsIt(boolean inKernel) {
    node = new NodeUnderTest(Delivery.TEST_RUN, inKernel);
    node.reset();
    Cast cast = Cast.of(IpFamily.IPV4);
    End backend = cast.backend(cast.remotePod());
    node.apply(Plans.service(Protocol.TCP, cast.frontend(), Plans.random(Plans.remote(backend))));
    Sent syn = Sent.of(Packet.tcp(cast.clientEnd(), cast.frontend(), Flag.SYN));
    assertThat(node.deliver(Hook.TC_INGRESS, Place.UPLINK, syn, true).reason())
        .isEqualTo(Reason.OPENED_REMOTE);
    assertThat(enters(backend, cast.nat(), Flag.SYN, Flag.ACK)).isEqualTo(Reason.REPLIED);

    FlowTimeouts patient = new FlowTimeouts(LONG, LONG, SHORT, SHORT, SHORT, SHORT);
    node.collect(patient);
    node.collect(patient);
    node.collect(patient);
    assertThat(enters(backend, cast.nat(), Flag.ACK)).isEqualTo(Reason.REPLIED);

    node.pause(PAUSE);
    FlowTimeouts impatient = new FlowTimeouts(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT);
    node.collect(impatient);
    node.collect(impatient);
    assertThat(enters(backend, cast.nat(), Flag.ACK))
        .as("the cell is empty")
        .isEqualTo(Reason.PASS_NOT_SERVICE);
  }

  private Reason enters(End from, End to, Flag... flags) {
    Sent packet = Sent.of(Packet.tcp(from, to, flags));
    return node.deliver(Hook.TC_INGRESS, Place.FABRIC, packet, true).reason();
  }

  private ServicePlan establish(Cast cast, End client) {
    ServicePlan plan =
        Plans.service(
            Protocol.TCP, cast.frontend(), Plans.random(Plans.local(cast.backend(cast.pod()))));
    node.apply(plan);
    call(cast, client);
    assertThat(reply(cast, client, Flag.SYN, Flag.ACK)).isEqualTo(Reason.REPLIED);
    return plan;
  }

  private void call(Cast cast, End client) {
    Sent syn = Sent.of(Packet.tcp(client, cast.frontend(), Flag.SYN));
    assertThat(node.deliver(Hook.TC_INGRESS, Place.UPLINK, syn, true).reason())
        .isEqualTo(Reason.OPENED_LOCAL);
  }

  private Reason reply(Cast cast, End client, Flag... flags) {
    Sent answer = Sent.of(Packet.tcp(cast.backend(cast.pod()), client, flags));
    return node.deliver(Hook.TC_EGRESS, Place.UPLINK, answer, true).reason();
  }
}

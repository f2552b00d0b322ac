// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.rejecting;
import static dev.sluice.dataplane.Plans.remote;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.silent;
import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Pressure;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.DataplaneEvent.Ends;
import dev.sluice.dataplane.DataplaneEvent.Signal;
import dev.sluice.dataplane.DataplaneEvent.Verdict;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.IpPacket;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Flag;
import dev.sluice.packets.Sent;
import dev.sluice.packets.VethPlug;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What the programs tell of single packets and of pressure. */
class EventRingTest {
  private static final Sampling EVERY_REFUSAL = new Sampling(1, 0);
  private static final Sampling EVERYTHING = new Sampling(1, 1);

  /** The answer to a refused packet stands in its place, with or without a link header. */
  @ParameterizedTest
  @EnumSource
  void aRefusedPacketIsToldAsItCame(Delivery delivery) {
    try (NodeUnderTest node = new NodeUnderTest(delivery, true, EVERY_REFUSAL)) {
      for (IpFamily family : IpFamily.values()) {
        Cast cast = Cast.of(family);
        node.reset();
        node.apply(service(Protocol.TCP, cast.frontend(), rejecting()));
        node.apply(service(Protocol.UDP, cast.otherFrontend(), rejecting()));
        Packet connection = tcp(cast.clientEnd(), cast.frontend(), Flag.SYN);
        Packet question = udp(cast.clientEnd(), cast.otherFrontend());

        assertToldAsItCame(node, connection, Reason.REJECT_NO_BACKEND);
        assertToldAsItCame(node, question, Reason.REJECT_NO_BACKEND);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDroppedPacketIsToldAsItCame(Delivery delivery) {
    try (NodeUnderTest node = new NodeUnderTest(delivery, true, EVERY_REFUSAL)) {
      for (IpFamily family : IpFamily.values()) {
        Cast cast = Cast.of(family);
        node.reset();
        node.apply(service(Protocol.TCP, cast.frontend(), silent()));

        assertToldAsItCame(
            node, tcp(cast.clientEnd(), cast.frontend(), Flag.SYN), Reason.DROP_NO_BACKEND);
      }
    }
  }

  private static void assertToldAsItCame(NodeUnderTest node, Packet packet, Reason reason) {
    node.events();
    long before = System.nanoTime();
    deliver(node, packet, false);
    long after = System.nanoTime();

    List<DataplaneEvent> events = node.events();
    assertThat(events).hasSize(1);
    Verdict verdict = (Verdict) events.getFirst();
    assertThat(verdict.nanos()).isBetween(before, after);
    assertThat(verdict)
        .isEqualTo(
            new Verdict(
                verdict.nanos(),
                Hook.TC_INGRESS,
                reason,
                node.index(Place.UPLINK),
                Optional.of(ends(packet.protocol(), packet.from(), packet.to()))));
  }

  private static void deliver(NodeUnderTest node, IpPacket packet, boolean patient) {
    node.deliver(Hook.TC_INGRESS, Place.UPLINK, Sent.of(packet), patient);
  }

  private static Ends ends(int protocol, End from, End to) {
    return new Ends(protocol, Optional.of(from.toString()), to.toString());
  }

  @ParameterizedTest
  @EnumSource
  void aTranslatedPacketIsToldAsItGoesOnIfOthersAreSampled(IpFamily family) {
    Cast cast = Cast.of(family);
    End backend = cast.backend(cast.pod());
    Packet packet = udp(cast.clientEnd(), cast.frontend());
    for (Sampling sampling : List.of(EVERY_REFUSAL, EVERYTHING)) {
      try (NodeUnderTest node = new NodeUnderTest(Delivery.TEST_RUN, true, sampling)) {
        node.reset();
        node.apply(service(Protocol.UDP, cast.frontend(), random(local(backend))));
        node.events();

        deliver(node, packet, true);

        if (sampling.equals(EVERYTHING)) {
          Verdict verdict = (Verdict) node.events().getFirst();
          assertThat(verdict.reason()).isEqualTo(Reason.OPENED_LOCAL);
          assertThat(verdict.flow()).contains(ends(Packet.UDP, cast.clientEnd(), backend));
        } else {
          assertThat(node.events()).isEmpty();
        }
      }
    }
  }

  @Test
  void whatIsNoIpPacketIsToldWithoutAddresses() {
    try (NodeUnderTest node = new NodeUnderTest(Delivery.TEST_RUN, true, EVERYTHING)) {
      node.reset();
      node.events();
      node.deliver(Hook.TC_INGRESS, Place.UPLINK, Sent.arp(), true);

      Verdict verdict = (Verdict) node.events().getFirst();
      assertThat(verdict.reason()).isEqualTo(Reason.PASS_NOT_IP);
      assertThat(verdict.flow()).isEmpty();
    }
  }

  /** In one test run, which stays on its processor: each has counters of its own. */
  @ParameterizedTest
  @CsvSource({"1, 1", "8, 1", "9, 2", "24, 3", "25, 4"})
  void ofManyRefusalsForOneReasonTheFirstIsToldAndThenEveryEighth(int packets, int told) {
    Cast cast = Cast.of(IpFamily.IPV4);
    LoadOptions options =
        new LoadOptions(
            new MapSizes(64, 64, 256, 64, 64, 64),
            true,
            true,
            false,
            false,
            true,
            new Sampling(8, 0));
    try (LoadedObjects objects = LoadedObjects.unpinned(options);
        EventRing ring = new EventRing(objects)) {
      new Dataplane(objects).apply(service(Protocol.TCP, cast.frontend(), silent()));
      objects
          .ingress(VethPlug.HEADER)
          .testRun()
          .data(VethPlug.incoming(Sent.of(tcp(cast.clientEnd(), cast.frontend(), Flag.SYN))))
          .repeat(packets)
          .run();

      assertThat(ring.take()).hasSize(told);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSourcePortThatIsTakenIsToldOnceInAWhile(IpFamily family) {
    Cast cast = Cast.of(family);
    End otherClient = new End(cast.client(), Cast.CLIENT_PORT + 1);
    try (NodeUnderTest node = new NodeUnderTest(Delivery.TEST_RUN, true, new Sampling(0, 0))) {
      node.reset();
      node.apply(
          service(Protocol.TCP, cast.frontend(), random(remote(cast.backend(cast.remotePod())))));
      deliver(node, tcp(cast.clientEnd(), cast.frontend(), Flag.SYN), true);
      node.events();

      // Tries all of the range, which is one port, 32 times.
      deliver(node, tcp(otherClient, cast.frontend(), Flag.SYN), true);

      List<DataplaneEvent> events = node.events();
      assertThat(events).isNotEmpty().hasSizeLessThanOrEqualTo(2); // the unit of time may end
      assertThat(events)
          .allMatch(event -> event instanceof Signal told && told.signal() == Pressure.PORT_CLASH);
    }
  }
}

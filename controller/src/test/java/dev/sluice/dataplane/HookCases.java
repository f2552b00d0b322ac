// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.dataplane.Conversation.State;
import dev.sluice.dataplane.RandomPacket.Shape;
import dev.sluice.dataplane.RandomPacket.Way;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random conversations, and packets that come to the node in the middle of them. */
final class HookCases {
  private HookCases() {}

  /** A conversation, and the packets that come after it. */
  record HookCase(Conversation conversation, List<RandomPacket> packets) {
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder(conversation.toString());
      packets.forEach(
          packet ->
              text.append("\n  ").append(packet.in(conversation)).append("  ").append(packet));
      return text.toString();
    }
  }

  static Arbitrary<HookCase> cases() {
    return Combinators.combine(conversations(), packets().list().ofMinSize(1).ofMaxSize(5))
        .as(HookCase::new);
  }

  private static Arbitrary<Conversation> conversations() {
    return Combinators.combine(
            Arbitraries.of(IpFamily.values()),
            protocols(),
            clients(),
            backends(),
            oneIn(6),
            Arbitraries.integers().between(1, 65535),
            states())
        .as(Conversation::new);
  }

  private static Arbitrary<Protocol> protocols() {
    return Arbitraries.frequency(
        Tuple.of(5, Protocol.TCP), Tuple.of(4, Protocol.UDP), Tuple.of(1, Protocol.SCTP));
  }

  private static Arbitrary<Spot> clients() {
    return Arbitraries.frequency(
        Tuple.of(6, Spot.UPLINK),
        Tuple.of(3, Spot.NARROW),
        Tuple.of(2, Spot.FABRIC),
        Tuple.of(1, Spot.TAGGED),
        Tuple.of(1, Spot.SILENT),
        Tuple.of(1, Spot.WITHOUT_XDP),
        Tuple.of(1, Spot.HERE),
        Tuple.of(1, Spot.LOST));
  }

  private static Arbitrary<Spot> backends() {
    return Arbitraries.frequency(
        Tuple.of(6, Spot.FABRIC),
        Tuple.of(4, Spot.NARROW),
        Tuple.of(3, Spot.TAGGED),
        Tuple.of(3, Spot.UPLINK),
        Tuple.of(3, Spot.HERE),
        Tuple.of(1, Spot.SILENT),
        Tuple.of(1, Spot.WITHOUT_XDP),
        Tuple.of(1, Spot.LOST));
  }

  private static Arbitrary<State> states() {
    return Arbitraries.frequency(
        Tuple.of(8, State.ANSWERED),
        Tuple.of(2, State.ASKED),
        Tuple.of(2, State.NOTHING_SAID),
        Tuple.of(1, State.ENDED_BY_CLIENT),
        Tuple.of(1, State.ENDED_BY_BACKEND),
        Tuple.of(1, State.ENDED_BY_BOTH),
        Tuple.of(1, State.RESET),
        Tuple.of(2, State.BACKEND_GONE));
  }

  private static Arbitrary<RandomPacket> packets() {
    return Combinators.combine(
            ways(),
            oneIn(10),
            shapes(),
            flags(),
            hopLimits(),
            sizes(),
            Arbitraries.integers(),
            oddities())
        .as(RandomPacket::new);
  }

  private static Arbitrary<Way> ways() {
    return Arbitraries.frequency(
        Tuple.of(10, Way.CLIENT_TO_SERVICE),
        Tuple.of(10, Way.BACKEND_TO_CLIENT),
        Tuple.of(1, Way.OTHER_CLIENT_TO_SERVICE),
        Tuple.of(1, Way.CLIENT_TO_OTHER_PORT),
        Tuple.of(1, Way.CLIENT_TO_BACKEND),
        Tuple.of(1, Way.BACKEND_TO_UNKNOWN_PORT),
        Tuple.of(1, Way.NODE_TO_BACKEND));
  }

  private static Arbitrary<Shape> shapes() {
    return Arbitraries.frequency(
        Tuple.of(24, Shape.PLAIN),
        Tuple.of(1, Shape.OPTIONS),
        Tuple.of(1, Shape.ROUTING_HEADER),
        Tuple.of(1, Shape.FIRST_FRAGMENT),
        Tuple.of(1, Shape.LATER_FRAGMENT),
        Tuple.of(1, Shape.ONLY_FRAGMENT),
        Tuple.of(2, Shape.ERROR_ABOUT_ANSWER),
        Tuple.of(1, Shape.OTHER_PROTOCOL));
  }

  private static Arbitrary<Integer> flags() {
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.of(0x10, 0x18)), // ACK, PSH ACK
        Tuple.of(3, Arbitraries.of(0x11, 0x04, 0x14)), // FIN ACK, RST, RST ACK
        Tuple.of(2, Arbitraries.of(0x02, 0x12)), // SYN, SYN ACK
        Tuple.of(3, Arbitraries.integers().between(0, 255)));
  }

  private static Arbitrary<Integer> hopLimits() {
    return Arbitraries.frequencyOf(
        Tuple.of(12, Arbitraries.of(2, 64, 255)), Tuple.of(1, Arbitraries.of(0, 1)));
  }

  private static Arbitrary<Integer> sizes() {
    return Arbitraries.frequencyOf(
        Tuple.of(10, Arbitraries.integers().between(0, 100)),
        Tuple.of(1, Arbitraries.integers().between(100, RandomPacket.SMALLEST_PACKET - 1)),
        Tuple.of(3, around(Spot.NARROW_MTU)),
        Tuple.of(2, around(Spot.MTU)));
  }

  private static Arbitrary<Integer> around(int mtu) {
    return Arbitraries.integers().between(mtu - 1, mtu + 1);
  }

  private static Arbitrary<List<Oddity>> oddities() {
    Arbitrary<Oddity> oddity =
        Combinators.combine(
                Arbitraries.of(Oddity.Kind.values()),
                Arbitraries.integers().between(0, Short.MAX_VALUE))
            .as(Oddity::new);
    return Arbitraries.frequencyOf(
        Tuple.of(5, Arbitraries.just(List.of())),
        Tuple.of(4, oddity.list().ofSize(1)),
        Tuple.of(1, oddity.list().ofSize(2)));
  }

  private static Arbitrary<Boolean> oneIn(int number) {
    return Arbitraries.frequency(Tuple.of(number - 1, false), Tuple.of(1, true));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Conversation.ABORT;
import static dev.sluice.dataplane.Conversation.DATA;
import static dev.sluice.dataplane.Conversation.INIT;

import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.Fragment;
import dev.sluice.packets.Icmp;
import dev.sluice.packets.IpPacket;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Trait;
import dev.sluice.packets.Sent;
import java.util.List;
import java.util.Random;

/**
 * A packet of a conversation, or one much like it, and what is odd about it.
 *
 * @param way from whom to whom
 * @param astray whether it comes by the other NIC
 * @param flags all eight of TCP
 * @param size in bytes: below {@link #SMALLEST_PACKET} of the payload, else of the whole packet
 * @param seed of the payload
 */
record RandomPacket(
    Way way,
    boolean astray,
    Shape shape,
    int flags,
    int hopLimit,
    int size,
    int seed,
    List<Oddity> oddities) {

  static final int SMALLEST_PACKET = 1000;

  /** From whom to whom. */
  enum Way {
    CLIENT_TO_SERVICE,
    BACKEND_TO_CLIENT,
    OTHER_CLIENT_TO_SERVICE,
    CLIENT_TO_OTHER_PORT,
    CLIENT_TO_BACKEND,
    BACKEND_TO_UNKNOWN_PORT,
    NODE_TO_BACKEND
  }

  /** How it is built. */
  enum Shape {
    PLAIN,
    OPTIONS,
    ROUTING_HEADER,
    FIRST_FRAGMENT,
    LATER_FRAGMENT,
    ONLY_FRAGMENT,
    ERROR_ABOUT_ANSWER,
    OTHER_PROTOCOL
  }

  private static final int SYN = 0x02;
  private static final int RST = 0x04;
  private static final int FLAGS = 13;
  private static final int FRAGMENT_SIZE = 48;
  private static final int LAST_PORT = 65535;

  /** Where its sender's packets enter, unless it has gone astray; always a NIC. */
  Place device(Conversation conversation) {
    boolean fromClient =
        switch (way) {
          case CLIENT_TO_SERVICE,
              OTHER_CLIENT_TO_SERVICE,
              CLIENT_TO_OTHER_PORT,
              CLIENT_TO_BACKEND ->
              true;
          case BACKEND_TO_CLIENT, BACKEND_TO_UNKNOWN_PORT, NODE_TO_BACKEND -> false;
        };
    Place usual = fromClient ? conversation.clientDevice() : conversation.backends().device();
    return (usual == Place.FABRIC) == astray ? Place.UPLINK : Place.FABRIC;
  }

  Sent in(Conversation conversation) {
    End from = from(conversation);
    End to = to(conversation);
    Packet packet = conversation.packet(from, to).hops(hopLimit);
    packet = packet.carrying(text(packet));
    if (conversation.protocol() == Protocol.SCTP) {
      packet = packet.numbered(chunk(), 0, 0);
    }
    Sent sent = Sent.of(shaped(packet));
    if (shape == Shape.PLAIN && conversation.protocol() == Protocol.TCP) {
      sent = sent.patched(Oddity.transport(packet) + FLAGS, flags);
    }
    for (Oddity oddity : oddities) {
      sent = oddity.in(sent, packet, Rewrite.of(conversation, packet));
    }
    return sent;
  }

  private int chunk() {
    if ((flags & SYN) != 0) {
      return INIT;
    }
    return (flags & RST) != 0 ? ABORT : DATA;
  }

  private End from(Conversation conversation) {
    return switch (way) {
      case CLIENT_TO_SERVICE, CLIENT_TO_OTHER_PORT, CLIENT_TO_BACKEND -> conversation.client();
      case OTHER_CLIENT_TO_SERVICE -> otherPort(conversation.client());
      case BACKEND_TO_CLIENT, BACKEND_TO_UNKNOWN_PORT -> conversation.backend();
      case NODE_TO_BACKEND -> conversation.clientAsSeen();
    };
  }

  private End to(Conversation conversation) {
    return switch (way) {
      case CLIENT_TO_SERVICE, OTHER_CLIENT_TO_SERVICE -> conversation.vip();
      case CLIENT_TO_OTHER_PORT -> otherPort(conversation.vip());
      case CLIENT_TO_BACKEND, NODE_TO_BACKEND -> conversation.backend();
      case BACKEND_TO_CLIENT -> conversation.clientAsSeen();
      case BACKEND_TO_UNKNOWN_PORT -> otherPort(conversation.clientAsSeen());
    };
  }

  private static End otherPort(End end) {
    return new End(end.address(), end.port() % LAST_PORT + 1);
  }

  private String text(Packet packet) {
    int headers = Oddity.transport(packet) + (packet.protocol() == Packet.TCP ? 20 : 8);
    int length = size < SMALLEST_PACKET ? size : size - headers;
    return new Random(seed)
        .ints(length, ' ', '~')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private IpPacket shaped(Packet packet) {
    return switch (shape) {
      case PLAIN -> packet;
      case OPTIONS -> packet.with(Trait.OPTIONS);
      case ROUTING_HEADER -> packet.with(Trait.ROUTING_HEADER);
      case FIRST_FRAGMENT -> Fragment.first(longEnough(packet), FRAGMENT_SIZE);
      case LATER_FRAGMENT -> Fragment.last(longEnough(packet), FRAGMENT_SIZE);
      case ONLY_FRAGMENT -> Fragment.last(packet, 0);
      case ERROR_ABOUT_ANSWER ->
          Icmp.error(
                  packet.family() == IpFamily.IPV4 || (flags & 1) != 0
                      ? Icmp.Kind.PACKET_TOO_BIG
                      : Icmp.Kind.TIME_EXCEEDED,
                  packet.from().address(),
                  packet.from(packet.to()).to(packet.from()))
              .hops(hopLimit);
      case OTHER_PROTOCOL -> Packet.other(Packet.GRE, packet.from(), packet.to()).hops(hopLimit);
    };
  }

  private static Packet longEnough(Packet packet) {
    return packet.protocol() == Packet.SCTP
        ? Packet.udp(packet.from(), packet.to()).carrying("a".repeat(2 * FRAGMENT_SIZE))
        : packet.carrying(packet.payload() + "a".repeat(2 * FRAGMENT_SIZE));
  }
}

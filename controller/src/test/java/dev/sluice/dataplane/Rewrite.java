// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import java.nio.ByteBuffer;

/** What the node makes of the ends of a packet. */
record Rewrite(End from, End to, End newFrom, End newTo) {
  private static final int MASK = 0xffff;

  /** What a conversation makes of a packet's, as if it were one of its own in that direction. */
  static Rewrite of(Conversation conversation, Packet packet) {
    return packet.to().equals(conversation.vip())
        ? new Rewrite(
            packet.from(), packet.to(), conversation.clientAsSeen(), conversation.backend())
        : new Rewrite(packet.from(), packet.to(), conversation.vip(), conversation.client());
  }

  /**
   * The checksum that a packet needs for the rewritten packet's sum to come out as 0: where it says
   * how much the rewrite adds to the sum, nothing is left (RFC 1624).
   */
  int checksumThatBecomesZero() {
    return add(add(add(add(0, from, true), to, true), newFrom, false), newTo, false);
  }

  private static int add(int sum, End end, boolean complement) {
    ByteBuffer words = ByteBuffer.allocate(end.address().bytes().length + 2);
    words.put(end.address().bytes()).putShort((short) end.port()).flip();
    int total = sum;
    while (words.hasRemaining()) {
      int word = Short.toUnsignedInt(words.getShort());
      total += complement ? ~word & MASK : word;
      total = (total & MASK) + (total >> 16);
    }
    return total;
  }
}

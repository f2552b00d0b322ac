// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks the messages of a datagram, or the attributes of a message. All numbers are in native byte
 * order; a length that does not fit its surroundings is a {@link NodeException}.
 */
final class NetlinkReader {
  static final int ALIGNMENT = 4;
  static final int MESSAGE_HEADER = 16;
  static final int ATTRIBUTE_HEADER = 4;

  /** The two top bits of an attribute's type say "nested" and "network byte order". */
  private static final int ATTRIBUTE_TYPE = 0x3fff;

  private NetlinkReader() {}

  /** One message; {@code payload} is positioned at the fixed part. */
  record Message(int type, int flags, int sequence, ByteBuffer payload) {}

  @FunctionalInterface
  interface MessageVisitor {
    void visit(Message message);
  }

  @FunctionalInterface
  interface AttributeVisitor {
    void visit(int type, ByteBuffer value);
  }

  static void messages(ByteBuffer datagram, MessageVisitor visitor) {
    ByteBuffer rest = datagram.slice().order(ByteOrder.nativeOrder());
    while (rest.remaining() >= MESSAGE_HEADER) {
      int start = rest.position();
      int length = rest.getInt(start);
      if (length < MESSAGE_HEADER || length > rest.remaining()) {
        throw new NodeException("netlink message of " + length + " bytes at offset " + start);
      }
      visitor.visit(
          new Message(
              Short.toUnsignedInt(rest.getShort(start + 4)),
              Short.toUnsignedInt(rest.getShort(start + 6)),
              rest.getInt(start + 8),
              slice(rest, start + MESSAGE_HEADER, length - MESSAGE_HEADER)));
      rest.position(start + Math.min(align(length), rest.remaining()));
    }
  }

  /** Walks what is left of {@code attributes}; a tail shorter than a header is padding. */
  static void attributes(ByteBuffer attributes, AttributeVisitor visitor) {
    ByteBuffer rest = attributes.slice().order(ByteOrder.nativeOrder());
    while (rest.remaining() >= ATTRIBUTE_HEADER) {
      int start = rest.position();
      int length = Short.toUnsignedInt(rest.getShort(start));
      if (length < ATTRIBUTE_HEADER || length > rest.remaining()) {
        throw new NodeException("netlink attribute of " + length + " bytes at offset " + start);
      }
      int type = Short.toUnsignedInt(rest.getShort(start + 2)) & ATTRIBUTE_TYPE;
      visitor.visit(type, slice(rest, start + ATTRIBUTE_HEADER, length - ATTRIBUTE_HEADER));
      rest.position(start + Math.min(align(length), rest.remaining()));
    }
  }

  static String string(ByteBuffer value) {
    byte[] bytes = bytes(value);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  static byte[] bytes(ByteBuffer value) {
    byte[] bytes = new byte[value.remaining()];
    value.get(value.position(), bytes);
    return bytes;
  }

  private static ByteBuffer slice(ByteBuffer buffer, int offset, int length) {
    return buffer.slice(offset, length).order(ByteOrder.nativeOrder());
  }

  private static int align(int length) {
    return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }
}

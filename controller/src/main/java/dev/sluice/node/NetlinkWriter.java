// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one netlink message: the header ({@code struct nlmsghdr}), a fixed part and attributes,
 * each padded to 4 bytes. All numbers are in native byte order.
 */
final class NetlinkWriter {
  private static final int NESTED = 0x8000;

  private final ByteBuffer buffer;

  NetlinkWriter(int capacity, int type, int flags, int sequence) {
    buffer = ByteBuffer.allocate(capacity).order(ByteOrder.nativeOrder());
    buffer.putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
  }

  NetlinkWriter fixed(byte... bytes) {
    buffer.put(bytes);
    return pad();
  }

  NetlinkWriter attribute(int type, byte... value) {
    buffer.putShort((short) (NetlinkReader.ATTRIBUTE_HEADER + value.length)).putShort((short) type);
    buffer.put(value);
    return pad();
  }

  NetlinkWriter attributeInt(int type, int value) {
    return attribute(
        type, ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array());
  }

  NetlinkWriter attributeString(int type, String value) {
    return attribute(type, (value + "\0").getBytes(StandardCharsets.UTF_8));
  }

  /** Begins an attribute that holds attributes; give the result to {@link #end(int)}. */
  int begin(int type) {
    int start = buffer.position();
    buffer.putShort((short) 0).putShort((short) (type | NESTED));
    return start;
  }

  NetlinkWriter end(int start) {
    buffer.putShort(start, (short) (buffer.position() - start));
    return this;
  }

  /** The finished message. */
  byte[] toBytes() {
    buffer.putInt(0, buffer.position());
    byte[] message = new byte[buffer.position()];
    buffer.get(0, message);
    return message;
  }

  private NetlinkWriter pad() {
    while (buffer.position() % NetlinkReader.ALIGNMENT != 0) {
      buffer.put((byte) 0);
    }
    return this;
  }
}

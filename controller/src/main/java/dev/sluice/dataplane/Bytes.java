// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Fields that are alike in both families: addresses, and ports in network order. */
final class Bytes {
  private static final ValueLayout.OfShort PORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED;

  private static final ValueLayout.OfInt NETWORK_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfLong NETWORK_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private Bytes() {}

  static void putAddress(MemorySegment memory, long offset, IpAddress address) {
    switch (address.family()) {
      case IPV4 -> memory.set(NETWORK_INT, offset, (int) address.low());
      case IPV6 -> {
        memory.set(NETWORK_LONG, offset, address.high());
        memory.set(NETWORK_LONG, offset + Long.BYTES, address.low());
      }
    }
  }

  static IpAddress address(MemorySegment memory, long offset, IpFamily family) {
    byte[] bytes = new byte[family.addressBytes()];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, offset, bytes, 0, bytes.length);
    return IpAddress.ofBytes(bytes);
  }

  static void putPort(MemorySegment memory, long offset, int port) {
    memory.set(PORT, offset, (short) port);
  }

  static int port(MemorySegment memory, long offset) {
    return Short.toUnsignedInt(memory.get(PORT, offset));
  }

  static void putByte(MemorySegment memory, long offset, int value) {
    memory.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
  }

  static int unsignedByte(MemorySegment memory, long offset) {
    return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, offset));
  }

  static void putWord(MemorySegment memory, long offset, int value) {
    memory.set(WORD, offset, value);
  }

  static int word(MemorySegment memory, long offset) {
    return memory.get(WORD, offset);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Limits;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The bit of an address, port and protocol in the filters: the same arithmetic as {@code
 * filter_bit} in bitmap.h, on the same words (addresses and ports as the CPU loads them from
 * network order). The program tests hold the two together.
 */
final class FilterHash {
  private static final long OF_PORT = 0x9E3779B97F4A7C15L;
  private static final long[] OF_WORD = {
    0xC2B2AE3D27D4EB4FL, 0x165667B19E3779F9L, 0xD6E8FEB86659FD93L, 0xA0761D6478BD642FL
  };

  private FilterHash() {}

  static int bit(IpAddress address, int port, Protocol protocol) {
    int loadedPort =
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            ? Short.toUnsignedInt(Short.reverseBytes((short) port))
            : port;
    long sum = Integer.toUnsignedLong(loadedPort << Short.SIZE | protocol.number()) * OF_PORT;
    ByteBuffer words = ByteBuffer.wrap(address.bytes()).order(ByteOrder.nativeOrder());
    for (int word = 0; words.hasRemaining(); word++) {
      sum += Integer.toUnsignedLong(words.getInt()) * OF_WORD[word];
    }
    return (int) (sum >>> (Long.SIZE - Limits.FILTER_BITS_LOG2));
  }
}

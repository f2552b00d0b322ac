// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Limits;
import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import java.nio.ByteOrder;

/**
 * The place of an address, port and protocol in the filters: the same arithmetic as {@code
 * filter_hash} in filters.h, on the same words (addresses and ports as the CPU loads them from
 * network order). The program tests hold the two together.
 */
final class FilterHash {
  private static final long OF_PORT = 0x9E3779B97F4A7C15L;
  private static final long[] OF_WORD = {
    0xC2B2AE3D27D4EB4FL, 0x165667B19E3779F9L, 0xD6E8FEB86659FD93L, 0xA0761D6478BD642FL
  };

  private static final boolean LITTLE_ENDIAN = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

  private FilterHash() {}

  /** The bit of a frontend. */
  static int bit(IpAddress address, int port, Protocol protocol) {
    return (int) (hash(address, port, protocol) >>> (Long.SIZE - Limits.FILTER_BITS_LOG2));
  }

  /**
   * The cell of a backend, for the replies that egress translates or for those that ingress does.
   */
  static int cell(IpAddress address, int port, Protocol protocol, boolean atEgress) {
    int cell = (int) (hash(address, port, protocol) >>> (Long.SIZE - Limits.REPLY_CELLS_LOG2));
    return atEgress ? cell | 1 : cell & ~1;
  }

  private static long hash(IpAddress address, int port, Protocol protocol) {
    int loadedPort = LITTLE_ENDIAN ? Short.toUnsignedInt(Short.reverseBytes((short) port)) : port;
    long sum = Integer.toUnsignedLong(loadedPort << Short.SIZE | protocol.number()) * OF_PORT;
    switch (address.family()) {
      case IPV4 -> sum += loaded(address.low()) * OF_WORD[0];
      case IPV6 ->
          sum +=
              loaded(address.high() >>> Integer.SIZE) * OF_WORD[0]
                  + loaded(address.high()) * OF_WORD[1]
                  + loaded(address.low() >>> Integer.SIZE) * OF_WORD[2]
                  + loaded(address.low()) * OF_WORD[3];
    }
    return sum;
  }

  /** The lower 32 bits as the CPU loads them from network order. */
  private static long loaded(long word) {
    int bits = (int) word;
    return Integer.toUnsignedLong(LITTLE_ENDIAN ? Integer.reverseBytes(bits) : bits);
  }
}

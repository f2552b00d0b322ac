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
  private FilterHash() {}

  static int bit(IpAddress address, int port, Protocol protocol) {
    ByteBuffer words = ByteBuffer.wrap(address.bytes()).order(ByteOrder.nativeOrder());
    int hash = 0;
    while (words.hasRemaining()) {
      hash = mix(hash, words.getInt());
    }
    int loadedPort =
        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
            ? Short.toUnsignedInt(Short.reverseBytes((short) port))
            : port;
    return finish(mix(hash, loadedPort << Short.SIZE | protocol.number()))
        & (Limits.FILTER_BITS - 1);
  }

  private static int mix(int hash, int word) {
    int mixed = (hash ^ word) * 0x9E3779B1;
    return mixed ^ mixed >>> 15;
  }

  private static int finish(int hash) {
    int mixed = hash * 0x85EBCA6B;
    mixed ^= mixed >>> 13;
    mixed *= 0xC2B2AE35;
    return mixed ^ mixed >>> 16;
  }
}

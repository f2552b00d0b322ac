// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What a device may leave undone in the frames that it sends (ethtool's ioctl, in the network
 * namespace of the calling thread). Between two ends of a veth nobody does it later: a frame
 * arrives with the sum of its pseudo-header, and its VLAN tag beside it. The kernel knows, an XDP
 * program does not.
 */
final class TransmitOffloads {
  private static final long SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GTXCSUM = 0x16;
  private static final int ETHTOOL_STXCSUM = 0x17;
  private static final int ETHTOOL_GFLAGS = 0x25;
  private static final int ETHTOOL_SFLAGS = 0x26;
  private static final int ETH_FLAG_TXVLAN = 1 << 7;

  /** {@code struct ifreq}: 16 bytes of name, then a union of 24 with the pointer to the command. */
  private static final int REQUEST_BYTES = 40;

  private static final int NAME_BYTES = 16;

  /** {@code struct ethtool_value}: the command, then the value. */
  private static final int VALUE_BYTES = 8;

  private static final int VALUE_OFFSET = 4;

  private TransmitOffloads() {}

  /** Makes the device sum and tag every frame itself, which also ends segmentation by it. */
  static void switchOff(String device) {
    int flags = ask(device, ETHTOOL_GFLAGS, 0);
    ask(device, ETHTOOL_STXCSUM, 0);
    ask(device, ETHTOOL_SFLAGS, flags & ~ETH_FLAG_TXVLAN);
  }

  static boolean areOff(String device) {
    return ask(device, ETHTOOL_GTXCSUM, 0) == 0
        && (ask(device, ETHTOOL_GFLAGS, 0) & ETH_FLAG_TXVLAN) == 0;
  }

  private static int ask(String device, int command, int value) {
    int socket = Libc.datagramSocket();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment argument = arena.allocate(VALUE_BYTES, Long.BYTES);
      argument.set(JAVA_INT, 0, command);
      argument.set(JAVA_INT, VALUE_OFFSET, value);
      MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
      request.setString(0, device, StandardCharsets.US_ASCII);
      request.set(ADDRESS, NAME_BYTES, argument);
      Libc.ioctl(socket, SIOCETHTOOL, request);
      return argument.get(JAVA_INT, VALUE_OFFSET);
    } finally {
      Libc.close(socket);
    }
  }
}

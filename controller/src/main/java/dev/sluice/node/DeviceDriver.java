// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * What a device's driver says of itself (ethtool's ioctl, which unlike sysfs looks in the network
 * namespace of the calling thread).
 *
 * @param name such as {@code ixgbe}, or "" if it does not tell
 * @param largeReceiveOffload whether it joins received packets in hardware
 */
public record DeviceDriver(String name, boolean largeReceiveOffload) {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
  private static final long SIOCETHTOOL = 0x8946;
  private static final int ETHTOOL_GDRVINFO = 0x03;
  private static final int ETHTOOL_GFLAGS = 0x25;
  private static final int ETH_FLAG_LRO = 1 << 15;

  /** {@code struct ifreq}: 16 bytes of name, then a union of 24 with the pointer to the command. */
  private static final int REQUEST_BYTES = 40;

  private static final int NAME_BYTES = 16;

  /** {@code struct ethtool_drvinfo}: the command, then 32 bytes of driver name. */
  private static final int DRIVER_INFORMATION_BYTES = 196;

  private static final int DRIVER_NAME_OFFSET = 4;
  private static final int VALUE_BYTES = 8;
  private static final int VALUE_OFFSET = 4;

  /** Asks the driver of a device of the calling thread's network namespace. */
  public static DeviceDriver of(String device) {
    int socket = LinuxCalls.socket(AF_INET, SOCK_DGRAM_CLOEXEC, 0);
    if (socket < 0) {
      throw new NodeException("socket(AF_INET)", -socket);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment information = arena.allocate(DRIVER_INFORMATION_BYTES, Long.BYTES);
      boolean named = ask(socket, device, ETHTOOL_GDRVINFO, information);
      MemorySegment flags = arena.allocate(VALUE_BYTES, Long.BYTES);
      boolean flagged = ask(socket, device, ETHTOOL_GFLAGS, flags);
      return new DeviceDriver(
          named ? information.getString(DRIVER_NAME_OFFSET, StandardCharsets.US_ASCII) : "",
          flagged && (flags.get(JAVA_INT, VALUE_OFFSET) & ETH_FLAG_LRO) != 0);
    } finally {
      LinuxCalls.close(socket);
    }
  }

  private static boolean ask(int socket, String device, int command, MemorySegment answer) {
    answer.set(JAVA_INT, 0, command);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
      request.setString(0, device, StandardCharsets.US_ASCII);
      request.set(ADDRESS, NAME_BYTES, answer);
      return LinuxCalls.control(socket, SIOCETHTOOL, request) >= 0;
    }
  }
}

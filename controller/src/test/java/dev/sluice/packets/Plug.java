// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.node.PrivateNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A device in a private network namespace, together with what it is plugged into: packets can be
 * put on the wire for the device to receive, and what the device sends is seen there. To be used on
 * the namespace's thread only.
 */
public interface Plug extends AutoCloseable {
  /** What came out of the device: its link header, and the packet behind it. */
  @SuppressWarnings("ArrayRecordComponent") // bytes as they came; nobody compares these records
  record Seen(byte[] link, byte[] bytes) {}

  /** The interface index. */
  int index();

  /** In bytes. */
  int linkHeaderLength();

  /** Lets the device receive a packet. */
  void receive(Sent packet);

  /** Sends a packet by the device, as the host's stack would. */
  void transmit(Sent packet);

  /** The next packet that came out of the device; empty if there is none by now. */
  Optional<Seen> seen();

  @Override
  void close();

  /** The interface index of a device. */
  static int index(PrivateNamespace namespace, String device) {
    String shown = namespace.run("ip -o link show dev " + device);
    return Integer.parseInt(shown.substring(0, shown.indexOf(':')));
  }

  /** Sets a key below {@code /proc/sys/net}, in the namespace. */
  static void setSysctl(PrivateNamespace namespace, String key, int value) {
    namespace.call(() -> Files.writeString(Path.of("/proc/sys/net", key), Integer.toString(value)));
  }

  /** The kernel's own talk: router and neighbour discovery, multicast reports. */
  static boolean isMulticast6(int etherType, byte[] bytes) {
    return etherType == 0x86dd && bytes.length > 24 && bytes[24] == (byte) 0xff;
  }
}

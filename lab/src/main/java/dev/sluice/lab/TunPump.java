// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A wire between two tun devices in different namespaces: what one end sends, the other receives. A
 * tun device has no link header, which programs on it must know.
 *
 * <p>Arguments: namespace and device of one end, namespace and device of the other.
 */
public final class TunPump {
  private static final long TUNSETIFF = 0x4004_54caL;
  private static final short IFF_TUN = 0x0001;
  private static final short IFF_NO_PI = 0x1000;
  private static final int IFREQ_BYTES = 40;
  private static final int IFREQ_FLAGS = 16;
  private static final int MAXIMUM_PACKET = 64 * 1024;

  private TunPump() {}

  public static void main(String[] arguments) throws Exception {
    List<String> ends = Arrays.asList(arguments);
    int left = open(NetworkNamespace.path(ends.getFirst()), ends.get(1));
    int right = open(NetworkNamespace.path(ends.get(2)), ends.getLast());
    Thread.ofPlatform().name("right to left").start(() -> pump(right, left));
    pump(left, right);
  }

  /** Attaches to a tun device that exists already. */
  private static int open(Path namespace, String device) throws Exception {
    return NetworkNamespace.call(
        namespace,
        () -> {
          int descriptor = Libc.openForBoth("/dev/net/tun");
          try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ_BYTES, Long.BYTES);
            request.setString(0, device);
            request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (IFF_TUN | IFF_NO_PI));
            Libc.ioctl(descriptor, TUNSETIFF, request);
          }
          return descriptor;
        });
  }

  private static void pump(int from, int to) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(MAXIMUM_PACKET);
      while (true) {
        long count = Libc.read(from, buffer);
        try {
          Libc.write(to, buffer.asSlice(0, count));
        } catch (LabException deviceIsDown) {
          // The packet is lost, as on a wire that is unplugged.
        }
      }
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;

/**
 * The number by which BPF programs know a network namespace (bpf_get_netns_cookie); never reused
 * until reboot.
 */
public final class NetworkNamespaceCookie {
  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_NETNS_COOKIE = 71;

  private NetworkNamespaceCookie() {}

  /**
   * The cookie of the network namespace in which the calling thread is.
   *
   * @return empty on kernels before 5.14, which do not tell
   * @throws NodeException if no socket can be opened
   */
  public static OptionalLong ofCurrentThread() {
    int socket = LinuxCalls.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) {
      throw new NodeException("socket(AF_INET, SOCK_DGRAM)", -socket);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment cookie = arena.allocate(JAVA_LONG);
      int result = LinuxCalls.getOption(socket, SOL_SOCKET, SO_NETNS_COOKIE, cookie);
      if (result == -Errno.ENOPROTOOPT) {
        return OptionalLong.empty();
      }
      if (result < 0) {
        throw new NodeException("getsockopt(SO_NETNS_COOKIE)", -result);
      }
      return OptionalLong.of(cookie.get(JAVA_LONG, 0));
    } finally {
      LinuxCalls.close(socket);
    }
  }
}

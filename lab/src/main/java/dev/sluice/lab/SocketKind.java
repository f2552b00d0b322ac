// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.net.StandardProtocolFamily;

/** Which kind of socket a program opens; the kernel runs different hooks for them. */
public enum SocketKind {
  /** AF_INET: IPv4 only. */
  IPV4(StandardProtocolFamily.INET),

  /** AF_INET6 with IPV6_V6ONLY off; it reaches IPv4 by mapped addresses. Java's default. */
  DUAL_STACK(StandardProtocolFamily.INET6);

  private final StandardProtocolFamily family;

  SocketKind(StandardProtocolFamily family) {
    this.family = family;
  }

  StandardProtocolFamily family() {
    return family;
  }
}

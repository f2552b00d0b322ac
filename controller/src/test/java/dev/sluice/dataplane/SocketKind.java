// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.IpFamily;

/** What a socket is and calls. */
enum SocketKind {
  IPV4,
  IPV6,
  /** A dual-stack IPv6 socket that calls IPv4 by mapped addresses, as every JVM does. */
  MAPPED;

  IpFamily family() {
    return switch (this) {
      case IPV4, MAPPED -> IpFamily.IPV4;
      case IPV6 -> IpFamily.IPV6;
    };
  }
}

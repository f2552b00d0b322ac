// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.model.IpFamily;

/** A packet with an IP header, described by what matters of it. */
public sealed interface IpPacket permits Packet, Fragment, Icmp {
  IpFamily family();

  /** Or time to live. */
  int hopLimit();

  /** The same packet with another hop limit. */
  IpPacket hops(int limit);

  /** The packet from its IP header on, with lengths and checksums computed from scratch. */
  byte[] bytes();
}

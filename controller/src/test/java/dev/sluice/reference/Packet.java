// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

/**
 * The first packet of a connection.
 *
 * @param protocol TCP, UDP or SCTP
 */
public record Packet(From from, Ip source, Ip destination, int port, String protocol) {
  /** Where a packet comes from. */
  public enum From {
    /** A pod on this node. */
    POD,
    /** The node itself, its host-network pods included (rule 277). */
    NODE,
    /** By the network. */
    EXTERNAL
  }

  /** The same sender's packet to another place. */
  Packet to(Ip other, int otherPort) {
    return new Packet(from, source, other, otherPort, protocol);
  }
}

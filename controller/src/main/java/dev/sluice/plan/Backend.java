// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.IpAddress;

/**
 * An endpoint that packets are sent to. Ordered by address and port.
 *
 * @param port 1 to 65535
 * @param local whether it is on this node: its slice says so, or it has an address of the node. The
 *     API servers' own endpoints bear no node name, and packets to this node are never sent on
 */
public record Backend(IpAddress address, int port, boolean local) implements Comparable<Backend> {
  public Backend {
    requireNonNull(address, "address");
  }

  /** {@code address:port}, the same on every node; what the Maglev table is built from. */
  public String identity() {
    return address.withPort(port);
  }

  @Override
  public int compareTo(Backend other) {
    int byEndpoint = compareEndpoint(other);
    return byEndpoint != 0 ? byEndpoint : Boolean.compare(local, other.local);
  }

  /** By address and port alone. */
  int compareEndpoint(Backend other) {
    int byAddress = address.compareTo(other.address);
    return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
  }
}

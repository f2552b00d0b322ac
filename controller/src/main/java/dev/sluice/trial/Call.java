// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;

/**
 * A client that calls.
 *
 * @param port destination port, 1 to 65535
 */
public record Call(
    Origin from, IpAddress source, IpAddress destination, int port, Protocol protocol) {
  public Call {
    requireNonNull(from, "from");
    requireNonNull(source, "source");
    requireNonNull(destination, "destination");
    requireNonNull(protocol, "protocol");
  }

  /** {@code TCP 10.1.0.4 -> 10.96.0.10:53 from pod}. */
  @Override
  public String toString() {
    return "%s %s -> %s from %s".formatted(protocol, source, destination.withPort(port), from);
  }
}

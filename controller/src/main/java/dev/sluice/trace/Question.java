// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import dev.sluice.trial.Origin;
import java.util.Optional;

/**
 * Which packet to explain.
 *
 * @param sourcePort 1 to 65535, or 0 for any that no flow has
 * @param port destination port, 1 to 65535
 * @param from where the packet comes from; empty to have it derived from the source address
 * @param device the one it enters by; empty to have it derived as well
 */
public record Question(
    Protocol protocol,
    IpAddress source,
    int sourcePort,
    IpAddress destination,
    int port,
    Optional<Origin> from,
    Optional<String> device) {
  public Question {
    if (source.family() != destination.family()) {
      throw new IllegalArgumentException(
          "%s is %s and %s is %s: a packet has addresses of one family"
              .formatted(source, source.family(), destination, destination.family()));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

/**
 * A port of a Service. Its target port is not here: backends' ports come from the EndpointSlices,
 * matched by name and protocol.
 *
 * @param name the port's name, "" for the unnamed port
 * @param port 1 to 65535
 * @param nodePort 1 to 65535, or 0 for none
 */
public record ServicePort(String name, Protocol protocol, int port, int nodePort) {
  public ServicePort {
    requireNonNull(name, "name");
    requireNonNull(protocol, "protocol");
    requirePort("port", port, 1);
    requirePort("nodePort", nodePort, 0);
  }

  static void requirePort(String what, int value, int lowest) {
    if (value < lowest || value > 0xffff) {
      throw new IllegalArgumentException(what + " " + value + " is not in " + lowest + "-65535");
    }
  }
}

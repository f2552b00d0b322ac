// SPDX-License-Identifier: Apache-2.0
package dev.sluice.model;

import static java.util.Objects.requireNonNull;

/**
 * A port of an EndpointSlice, which all its endpoints have.
 *
 * @param name matched to the Service port of this name and protocol; "" for the unnamed one
 * @param port the number the backends listen on, 1 to 65535
 */
public record SlicePort(String name, Protocol protocol, int port) {
  public SlicePort {
    requireNonNull(name, "name");
    requireNonNull(protocol, "protocol");
    ServicePort.requirePort("port", port, 1);
  }
}

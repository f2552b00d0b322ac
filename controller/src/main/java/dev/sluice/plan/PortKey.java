// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.model.ServiceName;
import java.util.Comparator;

/**
 * Names one port of a Service in one address family: the unit that session affinity, statistics and
 * stale UDP flows belong to.
 *
 * @param portName "" for the unnamed port
 */
public record PortKey(ServiceName service, String portName, Protocol protocol, IpFamily family)
    implements Comparable<PortKey> {
  private static final Comparator<PortKey> ORDER =
      Comparator.comparing(PortKey::service)
          .thenComparing(PortKey::portName)
          .thenComparing(PortKey::protocol)
          .thenComparing(PortKey::family);

  public PortKey {
    requireNonNull(service, "service");
    requireNonNull(portName, "portName");
    requireNonNull(protocol, "protocol");
    requireNonNull(family, "family");
  }

  @Override
  public int compareTo(PortKey other) {
    return ORDER.compare(this, other);
  }

  /** {@code namespace/name:port TCP IPV4}, without the colon for the unnamed port. */
  @Override
  public String toString() {
    String port = portName.isEmpty() ? "" : ":" + portName;
    return service + port + " " + protocol + " " + family;
  }
}

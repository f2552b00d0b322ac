// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.Protocol;
import dev.sluice.plan.Backend;
import dev.sluice.plan.Frontend;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Takes out of a plan what the programs cannot do, and says so.
 *
 * <p>SCTP's checksum covers the ports (RFC 9260, appendix A), and a packet is not summed anew: only
 * its addresses are translated, so a frontend's port must be its backends'.
 */
final class Supported {
  private Supported() {}

  static ServicePlan part(ServicePlan plan, List<String> unsupported) {
    List<PortPlan> ports = new ArrayList<>();
    for (PortPlan port : plan.ports()) {
      ports.add(port.key().protocol() == Protocol.SCTP ? sctp(port, unsupported) : port);
    }
    return new ServicePlan(
        plan.name(), ports, plan.closedAddresses(), plan.healthCheck(), plan.notes());
  }

  private static PortPlan sctp(PortPlan port, List<String> unsupported) {
    List<Frontend> frontends = new ArrayList<>();
    for (Frontend frontend : port.frontends()) {
      Optional<Backend> other =
          Stream.of(frontend.outside(), frontend.inside())
              .flatMap(route -> route.backends().stream())
              .filter(backend -> backend.port() != frontend.port())
              .findFirst();
      if (other.isEmpty()) {
        frontends.add(frontend);
      } else {
        unsupported.add(
            "%s: %s is not served: SCTP keeps its port, and the backend %s has another; make port and targetPort the same"
                .formatted(
                    port.key(),
                    frontend.address().withPort(frontend.port()),
                    other.get().identity()));
      }
    }
    return new PortPlan(
        port.key(), frontends, port.servingBackends(), port.affinitySeconds(), port.hasEndpoints());
  }
}

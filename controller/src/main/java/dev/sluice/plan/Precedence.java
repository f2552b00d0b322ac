// SPDX-License-Identifier: Apache-2.0
package dev.sluice.plan;

import dev.sluice.model.IpAddress;
import dev.sluice.model.Protocol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Settles which frontend of a Service has an address, port and protocol that two of them claim: by
 * {@link Frontend.Kind}, then by the order of the ports. A port that gives way to another of the
 * same kind is noted, since the objects contradict themselves.
 */
final class Precedence {
  private Precedence() {}

  private record Claim(IpAddress address, int port, Protocol protocol) {}

  private record Holder(PortKey key, Frontend frontend) {}

  static List<PortPlan> settle(List<PortPlan> ports, Notes notes) {
    Map<Claim, Holder> holders = new HashMap<>();
    for (PortPlan port : ports) {
      for (Frontend frontend : port.frontends()) {
        Claim claim = claim(port.key(), frontend);
        Holder holder = holders.get(claim);
        if (holder == null || frontend.kind().compareTo(holder.frontend().kind()) < 0) {
          holders.put(claim, new Holder(port.key(), frontend));
        } else if (frontend.kind() == holder.frontend().kind()) {
          notes.add(
              "port '%s' is not served at %s: port '%s' has the same number and protocol"
                  .formatted(
                      port.key().portName(),
                      frontend.address().withPort(frontend.port()),
                      holder.key().portName()));
        }
      }
    }
    List<PortPlan> settled = new ArrayList<>(ports.size());
    for (PortPlan port : ports) {
      List<Frontend> kept =
          port.frontends().stream()
              .filter(
                  frontend ->
                      holders
                          .get(claim(port.key(), frontend))
                          .equals(new Holder(port.key(), frontend)))
              .toList();
      settled.add(
          new PortPlan(
              port.key(),
              kept,
              port.servingBackends(),
              port.affinitySeconds(),
              port.hasEndpoints()));
    }
    return settled;
  }

  private static Claim claim(PortKey key, Frontend frontend) {
    return new Claim(frontend.address(), frontend.port(), key.protocol());
  }
}

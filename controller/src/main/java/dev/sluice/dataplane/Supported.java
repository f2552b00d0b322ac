// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.model.Protocol;
import dev.sluice.plan.PortPlan;
import dev.sluice.plan.ServicePlan;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes out of a plan what the programs cannot do yet, and says so: a frontend that would be open
 * to sources that its Service shuts out is not served at all.
 */
final class Supported {
  private Supported() {}

  static ServicePlan part(ServicePlan plan, List<String> unsupported) {
    List<PortPlan> ports = new ArrayList<>();
    for (PortPlan port : plan.ports()) {
      if (port.key().protocol() == Protocol.SCTP) {
        unsupported.add(port.key() + ": SCTP is not forwarded");
        continue;
      }
      ports.add(port);
    }
    return new ServicePlan(
        plan.name(), ports, plan.closedAddresses(), plan.healthCheck(), plan.notes());
  }
}

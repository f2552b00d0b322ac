// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.attach.SocketHooks;
import dev.sluice.model.Cidr;
import dev.sluice.node.NetworkImage;
import dev.sluice.plan.ServicePlan;
import java.util.List;
import java.util.Set;

/** What the agent knows at the moment. */
public interface NodeView {
  NetworkImage network();

  /** The devices with programs. */
  List<AttachedDevice> devices();

  /** Whose sockets are translated. */
  SocketHooks socketHooks();

  /** The plans that are installed. */
  List<ServicePlan> plans();

  /** By which the local-traffic detector tells pods. */
  Set<Cidr> podNetworks();
}

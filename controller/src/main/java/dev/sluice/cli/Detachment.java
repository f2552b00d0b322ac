// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.DeviceAttachments;
import dev.sluice.attach.SocketAttachments;
import dev.sluice.loader.Libbpf;
import dev.sluice.node.NodeNetwork;

/** Takes away everything that an instance has made, and nothing else. */
final class Detachment {
  private Detachment() {}

  /** Returns false if there was nothing of the instance. */
  static boolean of(InstanceOptions instance) {
    boolean existed = instance.pins().exists();
    if (existed) {
      Libbpf.require();
      SocketAttachments.detachAll(instance.pins());
      try (NodeNetwork network = NodeNetwork.open()) {
        DeviceAttachments.detachAll(instance.pins(), network.image());
      }
      instance.pins().remove();
    }
    new ReservedPorts(instance.reservedPorts()).release();
    return existed;
  }
}

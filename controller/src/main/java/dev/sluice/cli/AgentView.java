// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.attach.DeviceAttachments;
import dev.sluice.attach.SocketHooks;
import dev.sluice.model.Cidr;
import dev.sluice.node.NetworkImage;
import dev.sluice.node.NodeNetwork;
import dev.sluice.plan.ServicePlan;
import dev.sluice.trace.NodeView;
import java.util.List;
import java.util.Set;

/** What traces on a running agent are explained with. */
final class AgentView implements NodeView {
  private final NodeNetwork network;
  private final DeviceAttachments devices;
  private final RunOptions options;
  private final Services services;

  AgentView(NodeNetwork network, DeviceAttachments devices, RunOptions options, Services services) {
    this.network = network;
    this.devices = devices;
    this.options = options;
    this.services = services;
  }

  @Override
  public NetworkImage network() {
    return network.image();
  }

  @Override
  public List<AttachedDevice> devices() {
    return devices.attached();
  }

  @Override
  public SocketHooks socketHooks() {
    return options.socketHooks();
  }

  @Override
  public List<ServicePlan> plans() {
    return services.plans();
  }

  @Override
  public Set<Cidr> podNetworks() {
    return services.podNetworks();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.AddressFamily;
import dev.sluice.node.InterfaceAddress;
import dev.sluice.node.Link;
import dev.sluice.node.NodeException;
import dev.sluice.node.VirtualServer;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A kernel with IPVS; at first there is nothing. */
final class FakeVirtualServers implements VirtualServers {
  private static final int TCP = 6;

  private final List<VirtualServer> servers = new ArrayList<>();
  private final List<Link> devices = new ArrayList<>();
  private final List<InterfaceAddress> addresses = new ArrayList<>();
  private boolean broken;

  FakeVirtualServers with(String address, int port) {
    servers.add(server(address, port));
    return this;
  }

  static VirtualServer server(String address, int port) {
    InetAddress inet = InetAddress.ofLiteral(address);
    return new VirtualServer(AddressFamily.of(inet), TCP, Optional.of(inet), port, 0);
  }

  FakeVirtualServers withDevice(String name, String kind, String... held) {
    int index = devices.size() + 1;
    devices.add(
        new Link(
            index,
            name,
            kind,
            Link.TYPE_ETHERNET,
            false,
            false,
            0,
            0,
            OptionalInt.empty(),
            "",
            1500,
            "",
            OptionalInt.empty()));
    for (String address : held) {
      InetAddress inet = InetAddress.ofLiteral(address);
      addresses.add(
          new InterfaceAddress(
              index,
              inet,
              AddressFamily.of(inet).bits(),
              InterfaceAddress.SCOPE_GLOBAL,
              false,
              false,
              false,
              false));
    }
    return this;
  }

  /** Refuses to remove anything. */
  FakeVirtualServers broken() {
    broken = true;
    return this;
  }

  @Override
  public List<VirtualServer> list() {
    return List.copyOf(servers);
  }

  @Override
  public void remove(VirtualServer server) {
    refuseIfBroken();
    servers.remove(server);
  }

  @Override
  public List<Link> devices() {
    return List.copyOf(devices);
  }

  @Override
  public List<InterfaceAddress> addresses() {
    return List.copyOf(addresses);
  }

  @Override
  public void remove(Link device) {
    refuseIfBroken();
    devices.remove(device);
    addresses.removeIf(address -> address.index() == device.index());
  }

  private void refuseIfBroken() {
    if (broken) {
      throw new NodeException("not today");
    }
  }
}

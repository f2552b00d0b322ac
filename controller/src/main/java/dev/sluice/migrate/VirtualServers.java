// SPDX-License-Identifier: Apache-2.0
package dev.sluice.migrate;

import dev.sluice.node.InterfaceAddress;
import dev.sluice.node.Ipvs;
import dev.sluice.node.Link;
import dev.sluice.node.Rtnetlink;
import dev.sluice.node.VirtualServer;
import java.util.List;

/** What {@link IpvsTrace} asks of the kernel; tests answer in its place. */
interface VirtualServers {
  /** All virtual servers; none if the kernel has no IPVS, or has not loaded it. */
  List<VirtualServer> list();

  void remove(VirtualServer server);

  List<Link> devices();

  List<InterfaceAddress> addresses();

  void remove(Link device);

  /** Of the network namespace of the calling thread, at each call. */
  static VirtualServers ofKernel() {
    return new VirtualServers() {
      @Override
      public List<VirtualServer> list() {
        return Ipvs.virtualServers();
      }

      @Override
      public void remove(VirtualServer server) {
        Ipvs.remove(server);
      }

      @Override
      public List<Link> devices() {
        try (Rtnetlink netlink = Rtnetlink.open()) {
          return netlink.links();
        }
      }

      @Override
      public List<InterfaceAddress> addresses() {
        try (Rtnetlink netlink = Rtnetlink.open()) {
          return netlink.addresses();
        }
      }

      @Override
      public void remove(Link device) {
        try (Rtnetlink netlink = Rtnetlink.open()) {
          netlink.removeLink(device.index());
        }
      }
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Virtual servers of IPVS in the network namespace of the calling thread. */
public final class Ipvs {
  private static final int RECEIVE_BYTES = 1 << 20;
  private static final int MESSAGE_ERROR = 2;

  /** Is there if and only if IPVS is; to ask netlink would load its module. */
  private static final Path PRESENCE = Path.of("/proc/net/ip_vs");

  private Ipvs() {}

  /**
   * All virtual servers; none if the kernel has no IPVS.
   *
   * @throws NodeException if the kernel refuses
   */
  public static List<VirtualServer> virtualServers() {
    if (!Files.exists(PRESENCE)) {
      return List.of();
    }
    try (NetlinkRequests requests = open()) {
      int family = family(requests);
      return requests.dump(
          family, sequence -> IpvsMessages.listServices(family, sequence), IpvsMessages::service);
    }
  }

  /**
   * Removes one. Its connections end.
   *
   * @throws NodeException if the kernel refuses; not if it has gone
   */
  public static void remove(VirtualServer server) {
    try (NetlinkRequests requests = open()) {
      int family = family(requests);
      int error =
          requests.execute(sequence -> IpvsMessages.deleteService(family, server, sequence));
      // IPVS says ESRCH where there is no such virtual server.
      if (error != 0 && error != Errno.ESRCH) {
        throw new NodeException("removing the virtual server " + server, error);
      }
    }
  }

  private static NetlinkRequests open() {
    return new NetlinkRequests(
        new NetlinkSocket(NetlinkSocket.Protocol.NETLINK_GENERIC, RECEIVE_BYTES),
        "generic netlink");
  }

  private static int family(NetlinkRequests requests) {
    return requests.ask(IpvsMessages::getFamily, Ipvs::family);
  }

  private static int family(NetlinkReader.Message answer) {
    ByteBuffer payload = answer.payload().order(ByteOrder.nativeOrder());
    if (answer.type() == MESSAGE_ERROR) {
      throw new NodeException("generic netlink, family IPVS", -payload.getInt(0));
    }
    return IpvsMessages.family(payload);
  }
}

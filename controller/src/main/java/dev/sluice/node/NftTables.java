// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** The tables of nftables in the network namespace of the calling thread, found without nft. */
public final class NftTables {
  private static final int RECEIVE_BYTES = 1 << 20;

  /** NFNL_SUBSYS_NFTABLES, the upper byte of a message's type (linux/netfilter/nfnetlink.h). */
  private static final int SUBSYSTEM = 10 << 8;

  /** NFT_MSG_NEWTABLE, NFT_MSG_GETTABLE and NFTA_TABLE_NAME of linux/netfilter/nf_tables.h. */
  private static final int NEW_TABLE = SUBSYSTEM;

  private static final int GET_TABLE = SUBSYSTEM | 1;
  private static final int TABLE_NAME = 1;

  /** {@code struct nfgenmsg}: family, version, resource. */
  private static final int FIXED_LENGTH = 4;

  private NftTables() {}

  /**
   * A table.
   *
   * @param family NFPROTO_*: 1 inet, 2 ip, 10 ip6, ...
   */
  public record Table(int family, String name) {}

  /**
   * All tables; none if the kernel has no nftables.
   *
   * @throws NodeException if the kernel refuses
   */
  public static List<Table> list() {
    try (NetlinkRequests requests =
        new NetlinkRequests(
            new NetlinkSocket(NetlinkSocket.Protocol.NETLINK_NETFILTER, RECEIVE_BYTES),
            "nfnetlink")) {
      return requests.dump(NEW_TABLE, NftTables::request, NftTables::table);
    } catch (NodeException e) {
      if (e.errno() == Errno.EINVAL || e.errno() == Errno.EOPNOTSUPP) {
        // Nobody answers for this subsystem.
        return List.of();
      }
      throw e;
    }
  }

  private static byte[] request(int sequence) {
    return new NetlinkWriter(
            64, GET_TABLE, NetlinkRequests.FLAG_REQUEST | NetlinkRequests.FLAG_DUMP, sequence)
        .fixed(new byte[FIXED_LENGTH])
        .toBytes();
  }

  private static Optional<Table> table(ByteBuffer message) {
    if (message.remaining() < FIXED_LENGTH) {
      throw new NodeException("an nftables message of %d bytes".formatted(message.remaining()));
    }
    String[] name = new String[1];
    NetlinkReader.attributes(
        message.slice(FIXED_LENGTH, message.remaining() - FIXED_LENGTH),
        (type, value) -> {
          if (type == TABLE_NAME) {
            name[0] = NetlinkReader.string(value);
          }
        });
    return Optional.ofNullable(name[0])
        .map(found -> new Table(Byte.toUnsignedInt(message.get(0)), found));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The messages of the protocol sock_diag about UDP sockets (sock_diag(7), linux/inet_diag.h). Ports
 * and addresses are in network order, everything else in the host's.
 */
final class SocketMessages {
  static final int BY_FAMILY = 20;
  static final int DESTROY = 21;

  private static final int AF_INET = 2;
  private static final int IPPROTO_UDP = 17;

  /** A UDP socket that is connected is in the state TCP_ESTABLISHED, 1; states are a bit set. */
  private static final int CONNECTED = 1 << 1;

  /** struct inet_diag_sockid. */
  private static final int IDENTITY_LENGTH = 48;

  /** struct inet_diag_req_v2: four bytes, the states, and the identity. */
  private static final int REQUEST_LENGTH = 8 + IDENTITY_LENGTH;

  private SocketMessages() {}

  /** Asks for all connected IPv4 sockets. */
  static byte[] listConnected(int sequence) {
    return message(
        BY_FAMILY, NetlinkRequests.FLAG_DUMP, AF_INET, new byte[IDENTITY_LENGTH], sequence);
  }

  /**
   * Asks to destroy one socket. The kernel answers ENOENT or ESTALE if it is not there any more.
   */
  static byte[] destroy(SocketIdentity socket, int sequence) {
    return message(
        DESTROY,
        NetlinkRequests.FLAG_ACKNOWLEDGE,
        socket.family(),
        NetlinkReader.bytes(socket.identity()),
        sequence);
  }

  /** No socket has this identity: its ports and its cookie are 0. */
  static SocketIdentity nobody() {
    return new SocketIdentity(0, AF_INET, ByteBuffer.allocate(IDENTITY_LENGTH));
  }

  private static byte[] message(int type, int flags, int family, byte[] identity, int sequence) {
    byte[] request =
        ByteBuffer.allocate(REQUEST_LENGTH)
            .order(ByteOrder.nativeOrder())
            .put((byte) family)
            .put((byte) IPPROTO_UDP)
            .putShort((short) 0)
            .putInt(CONNECTED)
            .put(identity)
            .array();
    return new NetlinkWriter(128, type, NetlinkRequests.FLAG_REQUEST | flags, sequence)
        .fixed(request)
        .toBytes();
  }
}

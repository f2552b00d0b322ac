// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.Optional;

/**
 * Destroys UDP sockets of the network namespace in which the opening thread is, whoever's they are.
 * Any thread may ask afterwards.
 */
final class SocketDiagnosis implements AutoCloseable {
  private static final int RECEIVE_BYTES = 1 << 20;

  private final NetlinkRequests requests;

  private SocketDiagnosis(NetlinkRequests requests) {
    this.requests = requests;
  }

  static SocketDiagnosis open() {
    return new SocketDiagnosis(
        new NetlinkRequests(
            new NetlinkSocket(NetlinkSocket.Protocol.NETLINK_SOCK_DIAG, RECEIVE_BYTES),
            "sock_diag"));
  }

  /**
   * Destroys a connected socket: it is disconnected, and its program's next call fails, a read with
   * ECONNABORTED, a send with EDESTADDRREQ.
   *
   * @return false if it has gone or been connected anew by itself
   * @throws NodeException with EOPNOTSUPP if the kernel has no CONFIG_INET_DIAG_DESTROY
   */
  boolean destroy(SocketIdentity socket) {
    int error = requests.execute(sequence -> SocketMessages.destroy(socket, sequence));
    return switch (error) {
      case 0 -> true;
      case Errno.ENOENT, Errno.ESTALE -> false;
      default -> throw new NodeException("SOCK_DESTROY", error);
    };
  }

  /**
   * Whether the kernel can do it, found out by asking for the destruction of a socket that cannot
   * be.
   *
   * @return what the kernel's configuration lacks, or empty
   */
  Optional<String> missing() {
    try {
      requests.dump(
          SocketMessages.BY_FAMILY, SocketMessages::listConnected, message -> Optional.empty());
    } catch (NodeException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.of("CONFIG_INET_UDP_DIAG");
      }
      throw e;
    }
    int error =
        requests.execute(sequence -> SocketMessages.destroy(SocketMessages.nobody(), sequence));
    return error == Errno.EOPNOTSUPP ? Optional.of("CONFIG_INET_DIAG_DESTROY") : Optional.empty();
  }

  @Override
  public void close() {
    requests.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.net.InetSocketAddress;

/**
 * A TCP connection that was made.
 *
 * @param banner who answered
 * @param local the socket's own address (getsockname)
 * @param remote the peer as the program sees it (getpeername)
 * @param peer the peer as the kernel has it, by {@code /proc/net/tcp}: the backend, if a socket
 *     hook has translated
 */
public record Connection(
    Banner banner, InetSocketAddress local, InetSocketAddress remote, InetSocketAddress peer) {

  /** The name of the server that answered. */
  public String server() {
    return banner.server();
  }

  Fields toFields() {
    return banner.toFields().with("local", local).with("remote", remote).with("peer", peer);
  }

  static Connection of(Fields fields) {
    return new Connection(
        Banner.of(fields),
        fields.socketAddress("local"),
        fields.socketAddress("remote"),
        fields.socketAddress("peer"));
  }
}

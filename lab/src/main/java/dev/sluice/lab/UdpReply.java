// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.net.InetSocketAddress;

/**
 * The answer to a datagram.
 *
 * @param banner who answered
 * @param source where the answer came from, as the program sees it (recvmsg)
 * @param payload what was sent, echoed
 */
public record UdpReply(Banner banner, InetSocketAddress source, String payload) {

  /** The name of the server that answered. */
  public String server() {
    return banner.server();
  }

  Fields toFields() {
    return banner.toFields().with("source", source).with("payload", payload);
  }

  static UdpReply of(Fields fields) {
    return new UdpReply(Banner.of(fields), fields.socketAddress("source"), fields.text("payload"));
  }
}

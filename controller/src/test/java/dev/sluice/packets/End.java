// SPDX-License-Identifier: Apache-2.0
package dev.sluice.packets;

import dev.sluice.model.IpAddress;

/** One end of a conversation. */
public record End(IpAddress address, int port) {
  public static End of(String address, int port) {
    return new End(IpAddress.parse(address), port);
  }

  @Override
  public String toString() {
    return address.withPort(port);
  }
}

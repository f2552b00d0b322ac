// SPDX-License-Identifier: Apache-2.0
package dev.sluice.server;

import static java.util.Objects.requireNonNull;

import dev.sluice.model.IpAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where to listen for TCP.
 *
 * @param address an unspecified one, of either family, stands for all of both, as in kube-proxy
 * @param port 0 to 65535; the kernel chooses one for 0
 */
public record BindAddress(IpAddress address, int port) {
  public BindAddress {
    requireNonNull(address, "address");
    if (port < 0 || port > 0xffff) {
      throw new IllegalArgumentException("port " + port + " is not in 0-65535");
    }
  }

  /**
   * Reads {@code 0.0.0.0:10256}, {@code [::]:10256}, or an address alone.
   *
   * @param usualPort for an address without a port (rule 205)
   * @throws IllegalArgumentException if the text is neither
   */
  public static BindAddress parse(String text, int usualPort) {
    try {
      return new BindAddress(IpAddress.parse(text), usualPort);
    } catch (IllegalArgumentException withoutPort) {
      int colon = text.lastIndexOf(':');
      try {
        return new BindAddress(
            IpAddress.parse(unbracketed(text.substring(0, Math.max(colon, 0)))),
            Integer.parseInt(text.substring(colon + 1)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "'" + text + "' is not an address with a port such as 0.0.0.0:10256 or [::]:10256", e);
      }
    }
  }

  private static String unbracketed(String host) {
    return host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
  }

  /** As the JDK has it. */
  InetSocketAddress socketAddress() {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address.bytes()), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // the length is right
    }
  }

  /** {@code 0.0.0.0:10256} or {@code [::]:10256}. */
  @Override
  public String toString() {
    return address.withPort(port);
  }
}

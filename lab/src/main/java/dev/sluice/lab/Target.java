// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Where a {@link Probe} connects to, and how.
 *
 * @param socket the kind of socket; by default the address's own family
 * @param sourcePort local port, 0 for any (10000 to 60999)
 * @param timeout of the connect, and of each wait for an answer
 */
public record Target(
    InetAddress address, int port, SocketKind socket, int sourcePort, Duration timeout) {

  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  /** {@code address} is a literal IPv4 or IPv6 address. */
  public static Target of(String address, int port) {
    return of(InetAddress.ofLiteral(address), port);
  }

  public static Target of(InetAddress address, int port) {
    SocketKind socket =
        switch (AddressFamily.of(address)) {
          case IPV4 -> SocketKind.IPV4;
          case IPV6 -> SocketKind.DUAL_STACK;
        };
    return new Target(address, port, socket, 0, DEFAULT_TIMEOUT);
  }

  /** By an AF_INET6 socket, even if the address is IPv4: as every JVM does by default. */
  public Target viaDualStackSocket() {
    return new Target(address, port, SocketKind.DUAL_STACK, sourcePort, timeout);
  }

  /** From a fixed port; below 10000 none is taken by the lab's other connections. */
  public Target fromPort(int port) {
    return new Target(address, this.port, socket, port, timeout);
  }

  public Target within(Duration timeout) {
    return new Target(address, port, socket, sourcePort, timeout);
  }

  InetSocketAddress socketAddress() {
    return new InetSocketAddress(address, port);
  }

  Fields toFields() {
    return Fields.of("address", address.getHostAddress())
        .with("port", port)
        .with("socket", socket)
        .with("sourcePort", sourcePort)
        .with("timeout", timeout);
  }

  static Target of(Fields fields) {
    return new Target(
        InetAddress.ofLiteral(fields.text("address")),
        fields.number("port"),
        SocketKind.valueOf(fields.text("socket")),
        fields.number("sourcePort"),
        fields.duration("timeout"));
  }

  @Override
  public String toString() {
    return (AddressFamily.of(address) == AddressFamily.IPV6 ? "[%s]:%d" : "%s:%d")
        .formatted(address.getHostAddress(), port);
  }
}

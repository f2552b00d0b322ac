// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;

/**
 * An address with a port, as one writes it on a command line.
 *
 * @param port 1 to 65535, or 0 if none was given
 */
record Peer(IpAddress address, int port) {
  private static final int LAST_PORT = 65535;

  /**
   * Reads {@code 10.1.0.4}, {@code 10.1.0.4:53}, {@code fd00::4} or {@code [fd00::4]:53}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static Peer parse(String text) {
    int colon = text.lastIndexOf(':');
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      if (end < 0 || (end != text.length() - 1 && colon != end + 1)) {
        throw new IllegalArgumentException("'" + text + "' is not [ADDRESS]:PORT");
      }
      IpAddress address = IpAddress.parse(text.substring(1, end));
      return new Peer(address, end == text.length() - 1 ? 0 : port(text.substring(colon + 1)));
    }
    if (colon < 0 || text.indexOf(':') != colon) {
      return new Peer(IpAddress.parse(text), 0);
    }
    return new Peer(IpAddress.parse(text.substring(0, colon)), port(text.substring(colon + 1)));
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= LAST_PORT) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw noPort(text, e);
    }
    throw noPort(text, null);
  }

  private static IllegalArgumentException noPort(String text, Exception cause) {
    return new IllegalArgumentException(
        "'" + text + "' is not a port (1 to " + LAST_PORT + ")", cause);
  }

  /** How a port is written behind an address of this family. */
  static String example(IpFamily family) {
    return switch (family) {
      case IPV4 -> "ADDRESS:PORT";
      case IPV6 -> "[ADDRESS]:PORT";
    };
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.util.Locale;

/** Why a connection or request of a {@link Probe} failed, as its socket saw it. */
public enum Failure {
  /** A reset answered the SYN, or an ICMP port unreachable the datagram. */
  REFUSED,
  /** No answer in time. */
  TIMED_OUT,
  /** No route, or an ICMP unreachable. */
  UNREACHABLE,
  /** EPERM: a cgroup program or a firewall on the way out said no. */
  DENIED,
  /** The connection was reset after it had been established. */
  RESET,
  /**
   * Somebody on this machine destroyed the socket: ECONNABORTED when it reads; a connected UDP
   * socket gets EDESTADDRREQ when it sends.
   */
  ABORTED,
  /** The peer closed before it had sent everything. */
  CLOSED,
  /** The answer is not the one expected for what was sent. */
  CORRUPTED,
  /** Anything else; see the message. */
  OTHER;

  static Failure of(IOException failure) {
    if (failure instanceof CorruptedException) {
      return CORRUPTED;
    }
    if (failure instanceof PortUnreachableException) {
      return REFUSED;
    }
    if (failure instanceof NoRouteToHostException) {
      return UNREACHABLE;
    }
    if (failure instanceof InterruptedIOException) {
      return TIMED_OUT;
    }
    if (failure instanceof EOFException) {
      return CLOSED;
    }
    return ofMessage(String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT));
  }

  private static Failure ofMessage(String message) {
    if (message.contains("refused")) {
      return REFUSED;
    }
    if (message.contains("timed out")) {
      return TIMED_OUT;
    }
    if (message.contains("unreachable") || message.contains("no route")) {
      return UNREACHABLE;
    }
    if (message.contains("not permitted")) {
      return DENIED;
    }
    if (message.contains("reset") || message.contains("broken pipe")) {
      return RESET;
    }
    if (message.contains("connection abort") || message.contains("destination address required")) {
      return ABORTED;
    }
    return OTHER;
  }
}

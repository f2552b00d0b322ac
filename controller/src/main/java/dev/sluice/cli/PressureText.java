// SPDX-License-Identifier: Apache-2.0
package dev.sluice.cli;

import dev.sluice.bpf.Pressure;

/** Signals of pressure in words. */
final class PressureText {
  private PressureText() {}

  /** What has happened, and what to do. */
  static String of(Pressure signal) {
    return switch (signal) {
      case FLOW_FULL ->
          "the flow table is full: flows stay half-open, and new ones to other nodes are refused."
              + " Give it more entries (--flows; after 'sluice detach', as tables do not grow)";
      case PORT_CLASH ->
          "a source port towards a backend was taken, and another one was tried. If this is"
              + " frequent, widen --snat-ports";
      case OWNER_LOST ->
          "half-open flows were evicted before they were answered. Give them more entries"
              + " (--embryos; after 'sluice detach', as tables do not grow)";
      case SOCKET_STORAGE ->
          "the kernel has no memory for what a socket is to remember: a TCP socket is connected"
              + " and shows its backend as its peer, datagrams are left to the packet path, which the"
              + " node's own sockets do not have. Look at the memory of the node and at the limits"
              + " of cgroups";
      case COUNT -> throw new IllegalArgumentException("the number of signals is none");
    };
  }
}

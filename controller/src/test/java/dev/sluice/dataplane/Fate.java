// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/** What becomes of a packet. */
enum Fate {
  /** To the stack at ingress, onto the wire at egress. */
  HANDED_ON,
  /** Routed by the program, out of another device. */
  SENT_ON,
  /** Out of the device it came by, MAC addresses swapped. */
  SENT_BACK,
  DROPPED
}

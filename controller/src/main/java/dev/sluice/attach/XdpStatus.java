// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

/**
 * Whether a device carries the XDP program.
 *
 * @param reason why not; empty if it does, and for devices that XDP is not for (all but uplinks)
 */
public record XdpStatus(boolean attached, String reason) {
  static final XdpStatus ATTACHED = new XdpStatus(true, "");
  static final XdpStatus NOT_MEANT = new XdpStatus(false, "");
}

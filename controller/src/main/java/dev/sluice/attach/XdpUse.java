// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

/** Whether uplinks get the XDP program. Only ever in native mode, where the driver runs it. */
public enum XdpUse {
  /** Physical devices whose driver takes it. */
  AUTO,
  /** None; what an earlier agent attached is taken off. */
  OFF,
  /** Every uplink, veth included; one that cannot have it is an error. */
  REQUIRE
}

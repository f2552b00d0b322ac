// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/** The devices of the node that packets are tried on. */
enum Place {
  /** Clients from outside come by it. */
  UPLINK,
  /** A pod of this node is behind it. */
  POD,
  /** Pods of other nodes are behind it; always Ethernet. */
  FABRIC
}

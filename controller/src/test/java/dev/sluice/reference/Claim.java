// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

/** A Service port that a packet's destination belongs to. */
record Claim(ServiceObject service, ServiceObject.Port port, Way way) {
  /** How a packet reaches it. */
  enum Way {
    CLUSTER_IP,
    EXTERNAL_IP,
    VIP,
    NODE_PORT
  }

  boolean isNodePort() {
    return way == Way.NODE_PORT;
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

/** Whose sockets the cgroup hooks translate. */
public enum SocketHooks {
  /** Pods' and the node's own. */
  ALL,
  /** The node's own only: sidecars and packet captures in pods see the VIP. */
  NODE,
  /** Nobody's; the node's own processes reach no VIP then. */
  OFF
}

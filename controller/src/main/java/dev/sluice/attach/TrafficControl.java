// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import java.util.Set;

/** One way of putting programs on devices. What it made survives the agent, by pins. */
interface TrafficControl {
  /** Puts the programs on a device, or in place of those of an earlier agent. */
  void attach(int interfaceIndex, HookPair programs);

  /** Takes Sluice's programs off a device; nothing else. */
  void detach(int interfaceIndex);

  /** Drops what is left of a device that is gone. */
  void forget(int interfaceIndex);

  /** The devices that an earlier agent put programs on, gone ones included. */
  Set<Integer> found();
}

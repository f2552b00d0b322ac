// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What differs between two images of a network namespace.
 *
 * @param before the older image
 * @param after the newer image
 * @param devicesAdded new devices; a device whose index was reused by another name counts as
 *     changed
 * @param devicesChanged devices of which the link, the addresses or the role differ, as they are
 *     now
 * @param devicesRemoved devices that are gone, as they were
 * @param addressesChanged whether {@link NetworkImage#localAddresses} or any other fact about an
 *     address differs
 */
public record NetworkChange(
    NetworkImage before,
    NetworkImage after,
    List<Link> devicesAdded,
    List<Link> devicesChanged,
    List<Link> devicesRemoved,
    boolean addressesChanged) {

  /** Compares two images. */
  public static NetworkChange between(NetworkImage before, NetworkImage after) {
    List<Link> added = new ArrayList<>();
    List<Link> changed = new ArrayList<>();
    for (Link link : after.links()) {
      Optional<Link> old = before.link(link.index());
      if (old.isEmpty()) {
        added.add(link);
      } else if (!old.get().equals(link) || differs(before, after, link.index())) {
        changed.add(link);
      }
    }
    List<Link> removed =
        before.links().stream().filter(link -> after.link(link.index()).isEmpty()).toList();
    boolean addresses = !before.addresses().equals(after.addresses());
    return new NetworkChange(
        before, after, List.copyOf(added), List.copyOf(changed), removed, addresses);
  }

  private static boolean differs(NetworkImage before, NetworkImage after, int index) {
    return !before.addresses(index).equals(after.addresses(index))
        || before.role(index) != after.role(index);
  }
}

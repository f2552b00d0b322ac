// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.Counting;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.Link;
import dev.sluice.node.NetworkImage;
import java.util.HashSet;
import java.util.Set;

/**
 * Which devices with programs lie on one another. A packet passes the programs of all of them, and
 * one counts it, or two if the first passed it and another one did something to it:
 *
 * <ul>
 *   <li>What enters by a port of a bridge is counted there, not on the bridge again.
 *   <li>What leaves by a bridge is counted there, not on the port. So what goes from port to port
 *       is counted where it enters.
 *   <li>What has a VLAN tag is counted on the VLAN's device, where it is known for what it is.
 *   <li>What enters or leaves by a macvlan or ipvlan device is counted on the device below.
 * </ul>
 *
 * <p>In a tunnel the packet is another one: both are counted.
 */
final class StackedDevices {
  /** Masters that take what enters by their ports, and whose packets leave by them. */
  private static final Set<String> FORWARDING_MASTERS = Set.of("bridge", "bond", "team");

  private static final Set<String> SHARING_KINDS = Set.of("macvlan", "macvtap", "ipvlan", "ipvtap");

  /** The devices with programs, by index. */
  private final Set<Integer> carriers = new HashSet<>();

  /** Devices of which a port has programs. */
  private final Set<Integer> aboveCarriers = new HashSet<>();

  /** Devices whose tagged packets enter the stack by another device with programs. */
  private final Set<Integer> belowVlans = new HashSet<>();

  private StackedDevices() {}

  static StackedDevices of(NetworkImage image, DeviceSelection selection) {
    StackedDevices devices = new StackedDevices();
    for (Link link : image.links()) {
      if (selection.takes(link, image.role(link.index()))) {
        devices.carriers.add(link.index());
        if (FORWARDING_MASTERS.contains(link.slaveKind())) {
          devices.aboveCarriers.add(link.masterIndex());
        }
      }
    }
    for (Link link : image.links()) {
      if (link.kind().equals("vlan")
          && !link.peerIsElsewhere()
          && (devices.carries(link.index()) || devices.carries(link.masterIndex()))) {
        devices.belowVlans.add(link.peerIndex());
      }
    }
    return devices;
  }

  /** What the program for packets that enter by a device counts. */
  Counting ingress(Link link) {
    return aboveCarriers.contains(link.index()) || sharesCarrier(link)
        ? Counting.NO_PASSES
        : untaggedIfBelowVlans(link);
  }

  /** What the program for packets that leave by a device counts. */
  Counting egress(Link link) {
    return isBelowCarrier(link) || sharesCarrier(link)
        ? Counting.NO_PASSES
        : untaggedIfBelowVlans(link);
  }

  private Counting untaggedIfBelowVlans(Link link) {
    return belowVlans.contains(link.index()) || belowVlans.contains(link.masterIndex())
        ? Counting.UNTAGGED
        : Counting.ALL;
  }

  private boolean isBelowCarrier(Link link) {
    return FORWARDING_MASTERS.contains(link.slaveKind()) && carries(link.masterIndex());
  }

  private boolean sharesCarrier(Link link) {
    return SHARING_KINDS.contains(link.kind())
        && !link.peerIsElsewhere()
        && carries(link.peerIndex());
  }

  private boolean carries(int index) {
    return carriers.contains(index);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.bpf.DeviceFlags;
import dev.sluice.dataplane.Counting;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.node.DeviceRole;
import dev.sluice.node.Link;
import java.util.Map;

/**
 * A device with programs.
 *
 * @param linkHeaderLength in bytes: 14 or 0
 * @param sourceAddresses what source NAT takes for packets that leave by it
 * @param detected whether the local-traffic detector takes all that enters by it for pods' traffic
 * @param ingress what the program for packets that enter counts
 * @param egress what the program for packets that leave counts
 */
public record AttachedDevice(
    int interfaceIndex,
    String name,
    DeviceRole role,
    int linkHeaderLength,
    Map<IpFamily, IpAddress> sourceAddresses,
    boolean detected,
    Counting ingress,
    Counting egress) {
  public AttachedDevice {
    sourceAddresses = Map.copyOf(sourceAddresses);
  }

  /** What the programs are told of it: bits of {@link DeviceFlags}. */
  public int flags() {
    return (isInside() ? DeviceFlags.INSIDE : 0)
        | (detected ? DeviceFlags.DETECTED : 0)
        | (role == DeviceRole.TUNNEL ? DeviceFlags.ENCAPSULATES : 0)
        | (role == DeviceRole.UPLINK ? DeviceFlags.HEARS_OTHERS : 0)
        | (linkHeaderLength == LoadedObjects.ETHERNET_HEADER ? DeviceFlags.ETHERNET : 0);
  }

  /** Whether the same programs serve both. */
  boolean hasProgramsOf(AttachedDevice other) {
    return linkHeaderLength == other.linkHeaderLength
        && ingress.equals(other.ingress)
        && egress.equals(other.egress);
  }

  /** Whether its programs count what they are to. */
  boolean counts(StackedDevices stacked, Link link) {
    return ingress.equals(stacked.ingress(link)) && egress.equals(stacked.egress(link));
  }

  /** Whether the clients behind it are this node's pods. */
  public boolean isInside() {
    return switch (role) {
      case POD, BRIDGE -> true;
      case UPLINK, TUNNEL, LOOPBACK, OTHER -> false;
    };
  }
}

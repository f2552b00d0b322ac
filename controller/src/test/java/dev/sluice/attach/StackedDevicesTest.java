// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import static dev.sluice.dataplane.Counting.ALL;
import static dev.sluice.dataplane.Counting.NO_PASSES;
import static dev.sluice.dataplane.Counting.UNTAGGED;
import static dev.sluice.node.Links.address;
import static dev.sluice.node.Links.ofKind;
import static dev.sluice.node.Links.on;
import static dev.sluice.node.Links.physical;
import static dev.sluice.node.Links.portOf;
import static dev.sluice.node.Links.vethElsewhere;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataplane.Counting;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.InterfaceAddress;
import dev.sluice.node.Link;
import dev.sluice.node.NetworkImage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each device counts, so that a packet which passes several is counted once. */
class StackedDevicesTest {
  private static final Link UPLINK = physical(2, "eth0");
  private static final Link BRIDGE = ofKind(3, "cni0", "bridge");
  private static final Link POD = portOf(BRIDGE, vethElsewhere(4, "veth4"));
  private static final Link VLAN = on(UPLINK, ofKind(5, "eth0.5", "vlan"));
  private static final Link TUNNEL = on(UPLINK, ofKind(6, "vxlan0", "vxlan"));
  private static final List<InterfaceAddress> ADDRESSES =
      List.of(
          address(2, "192.0.2.1/24"),
          address(3, "10.1.0.1/24"),
          address(5, "198.51.100.1/24"),
          address(7, "203.0.113.1/24"));

  private static StackedDevices stacked(Link... links) {
    return stacked(DeviceSelection.byRole(), links);
  }

  private static StackedDevices stacked(DeviceSelection selection, Link... links) {
    return StackedDevices.of(NetworkImage.of(List.of(links), ADDRESSES, List.of()), selection);
  }

  private static void assertCounts(
      StackedDevices devices, Link link, Counting ingress, Counting egress) {
    assertThat(devices.ingress(link)).as("%s, ingress", link.name()).isEqualTo(ingress);
    assertThat(devices.egress(link)).as("%s, egress", link.name()).isEqualTo(egress);
  }

  @Test
  void aDeviceAloneCountsEverything() {
    StackedDevices devices = stacked(UPLINK, BRIDGE, TUNNEL, vethElsewhere(8, "cali8"));

    for (Link link : new Link[] {UPLINK, BRIDGE, TUNNEL, vethElsewhere(8, "cali8")}) {
      assertCounts(devices, link, ALL, ALL);
    }
  }

  @Test
  void whatEntersByABridgesPortIsCountedThereAndWhatLeavesByTheBridgeOnTheBridge() {
    StackedDevices devices = stacked(UPLINK, BRIDGE, POD);

    assertCounts(devices, BRIDGE, NO_PASSES, ALL);
    assertCounts(devices, POD, ALL, NO_PASSES);
    assertCounts(devices, UPLINK, ALL, ALL);
  }

  @Test
  void aBridgeAboveANicCountsForBoth() {
    Link nic = portOf(BRIDGE, physical(9, "eth1"));

    assertCounts(stacked(BRIDGE, nic), BRIDGE, ALL, ALL);
  }

  @Test
  void aPortOfABridgeWithoutProgramsCountsEverything() {
    StackedDevices devices = stacked(DeviceSelection.named("veth.*"), BRIDGE, POD);

    assertCounts(devices, POD, ALL, ALL);
  }

  @Test
  void taggedPacketsAreCountedOnTheirVlansDevice() {
    StackedDevices devices = stacked(UPLINK, VLAN);

    assertCounts(devices, UPLINK, UNTAGGED, UNTAGGED);
    assertCounts(devices, VLAN, ALL, ALL);
    assertCounts(stacked(DeviceSelection.named("eth0"), UPLINK, VLAN), UPLINK, ALL, ALL);
  }

  @Test
  void aBridgeAboveAVlansDeviceCountsItsPackets() {
    Link port = portOf(BRIDGE, on(UPLINK, ofKind(9, "eth0.9", "vlan")));

    StackedDevices devices = stacked(UPLINK, BRIDGE, port);

    assertCounts(devices, UPLINK, UNTAGGED, UNTAGGED);
    assertCounts(devices, BRIDGE, ALL, ALL);
  }

  @Test
  void portsOfABridgeDoNotCountWhatAVlanOnTheBridgeCounts() {
    Link vlan = on(BRIDGE, ofKind(7, "cni0.7", "vlan"));

    StackedDevices devices = stacked(BRIDGE, POD, vlan);

    assertCounts(devices, POD, UNTAGGED, NO_PASSES);
    assertCounts(devices, BRIDGE, NO_PASSES, UNTAGGED);
    assertCounts(devices, vlan, ALL, ALL);
  }

  @Test
  void aMacvlanLeavesCountingToTheDeviceBelow() {
    Link macvlan = on(UPLINK, ofKind(7, "mac0", "macvlan"));

    StackedDevices devices = stacked(UPLINK, macvlan);

    assertCounts(devices, macvlan, NO_PASSES, NO_PASSES);
    assertCounts(devices, UPLINK, ALL, ALL);
    assertCounts(stacked(DeviceSelection.named("mac0"), UPLINK, macvlan), macvlan, ALL, ALL);
  }
}

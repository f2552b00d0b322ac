// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static dev.sluice.node.Links.address;
import static dev.sluice.node.Links.ofKind;
import static dev.sluice.node.Links.ofType;
import static dev.sluice.node.Links.physical;
import static dev.sluice.node.Links.port;
import static dev.sluice.node.Links.vethElsewhere;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceRoleTest {
  private static DeviceRole role(Link link, String... addresses) {
    return DeviceRole.of(
        link, Stream.of(addresses).map(text -> address(link.index(), text)).toList(), false);
  }

  private static DeviceRole roleWithDefaultRoute(Link link) {
    return DeviceRole.of(link, List.of(), true);
  }

  @Test
  void aPhysicalDeviceWithAGlobalAddressIsAnUplink() {
    assertThat(role(physical(2, "eth0"), "192.0.2.1/24")).isEqualTo(DeviceRole.UPLINK);
    assertThat(role(physical(2, "ens4"), "10.128.0.2/32")).isEqualTo(DeviceRole.UPLINK);
    assertThat(role(physical(2, "eth0"), "fe80::1/64", "2001:db8::1/64"))
        .isEqualTo(DeviceRole.UPLINK);
  }

  @Test
  void aPhysicalDeviceWithoutAnAddressIsAnUplinkOnlyWithADefaultRoute() {
    assertThat(role(physical(2, "eth1"), "fe80::1/64")).isEqualTo(DeviceRole.OTHER);
    assertThat(roleWithDefaultRoute(physical(2, "eth1"))).isEqualTo(DeviceRole.UPLINK);
  }

  @Test
  void theNodesVethWithAnAddressOnASubnetIsAnUplinkAlthoughItsPeerIsElsewhere() {
    assertThat(role(vethElsewhere(2, "eth0"), "10.0.0.1/24")).isEqualTo(DeviceRole.UPLINK);
    assertThat(role(vethElsewhere(2, "eth0"), "fd00::1/64")).isEqualTo(DeviceRole.UPLINK);
    assertThat(roleWithDefaultRoute(vethElsewhere(2, "eth0"))).isEqualTo(DeviceRole.UPLINK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"169.254.1.1/32", "169.254.1.1/16", "fe80::1/64", "10.0.0.1/32", "fd00::1/128"})
  void aRoutedPodsVethIsAPodWhateverTheNetworkPluginPutsOnIt(String address) {
    assertThat(role(vethElsewhere(7, "cali123"), address)).isEqualTo(DeviceRole.POD);
    assertThat(role(vethElsewhere(7, "cali123"))).isEqualTo(DeviceRole.POD);
  }

  @Test
  void aVethPairWithBothEndsHereIsLeftAlone() {
    assertThat(role(Links.vethWithPeerHere(7, "veth0", 8))).isEqualTo(DeviceRole.OTHER);
  }

  @Test
  void aVethWhosePeerIsNotToldYetCountsAsAPods() {
    assertThat(role(ofKind(7, "veth0", "veth"))).isEqualTo(DeviceRole.POD);
  }

  @Test
  void bridgePortsOfPodsAndVirtualMachinesArePods() {
    assertThat(role(port(7, "veth1", "veth", "bridge"))).isEqualTo(DeviceRole.POD);
    assertThat(role(port(7, "tap1", "tun", "bridge"))).isEqualTo(DeviceRole.POD);
  }

  @Test
  void aNicBelowABridgeIsLeftAloneAndTheBridgeWithTheDefaultRouteIsTheUplink() {
    assertThat(role(port(2, "eth0", "", "bridge"))).isEqualTo(DeviceRole.OTHER);
    assertThat(roleWithDefaultRoute(ofKind(3, "br0", "bridge"))).isEqualTo(DeviceRole.UPLINK);
    assertThat(role(ofKind(3, "cni0", "bridge"), "10.244.1.1/24")).isEqualTo(DeviceRole.BRIDGE);
  }

  @Test
  void theBondIsTheUplinkAndItsPortsAreLeftAlone() {
    assertThat(role(ofKind(5, "bond0", "bond"), "192.0.2.1/24")).isEqualTo(DeviceRole.UPLINK);
    assertThat(role(port(2, "eth0", "", "bond"))).isEqualTo(DeviceRole.OTHER);
  }

  @Test
  void ofANicAndItsSubDevicesTheOnesWithAddressesAreTaken() {
    assertThat(role(physical(2, "eth0"))).isEqualTo(DeviceRole.OTHER);
    assertThat(role(ofKind(3, "eth0.5", "vlan"), "192.0.2.1/24")).isEqualTo(DeviceRole.UPLINK);
    assertThat(role(ofKind(4, "mac0", "macvlan"))).isEqualTo(DeviceRole.OTHER);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vxlan", "geneve", "gretap", "wireguard", "ipip", "sit", "ip6tnl"})
  void tunnelsAreTunnelsWithAndWithoutAddresses(String kind) {
    assertThat(role(ofKind(9, "t0", kind))).isEqualTo(DeviceRole.TUNNEL);
    assertThat(role(ofKind(9, "t0", kind), "10.244.0.0/32", "192.0.2.7/24"))
        .isEqualTo(DeviceRole.TUNNEL);
    assertThat(role(port(9, "t0", kind, "bridge"))).isEqualTo(DeviceRole.TUNNEL);
  }

  @Test
  void tunIsATunnelAndTapIsAVirtualMachine() {
    assertThat(role(ofType(9, "tun0", "tun", Link.TYPE_NONE), "10.8.0.1/24"))
        .isEqualTo(DeviceRole.TUNNEL);
    assertThat(role(ofKind(9, "tap0", "tun"))).isEqualTo(DeviceRole.POD);
    assertThat(role(ofKind(9, "tap0", "tun"), "10.8.0.1/24")).isEqualTo(DeviceRole.TUNNEL);
  }

  @Test
  void loopbackDummiesAndUnknownLinkLayersGetNothing() {
    Link loopback = ofType(1, "lo", "", Link.TYPE_LOOPBACK);
    Link infiniband = ofType(2, "ib0", "", 32);
    assertThat(role(loopback, "127.0.0.1/8")).isEqualTo(DeviceRole.LOOPBACK);
    assertThat(role(ofKind(3, "kube-ipvs0", "dummy"), "10.96.0.1/32")).isEqualTo(DeviceRole.OTHER);
    assertThat(role(infiniband, "192.0.2.1/24")).isEqualTo(DeviceRole.OTHER);
    assertThat(DeviceRole.explain(infiniband, DeviceRole.OTHER)).contains("hardware type 32");
    assertThat(DeviceSelection.named(".*").takes(infiniband, DeviceRole.OTHER)).isFalse();
    assertThat(DeviceSelection.named(".*").takes(loopback, DeviceRole.LOOPBACK)).isFalse();
  }

  @Test
  void withoutNamesTheRoleSelectsADevice() {
    DeviceSelection selection = DeviceSelection.byRole();
    for (DeviceRole role : DeviceRole.values()) {
      assertThat(selection.takes(physical(2, "eth0"), role)).isEqualTo(role.isAttached());
    }
  }

  @Test
  void aRegularExpressionMustMatchTheWholeName() {
    DeviceSelection selection = DeviceSelection.named("eth\\d");
    assertThat(selection.takes(physical(2, "eth1"), DeviceRole.OTHER)).isTrue();
    assertThat(selection.takes(physical(2, "eth10"), DeviceRole.UPLINK)).isFalse();
    assertThat(selection.takes(vethElsewhere(3, "veth1"), DeviceRole.POD)).isFalse();
  }

  @Test
  void aBrokenRegularExpressionIsReported() {
    assertThatThrownBy(() -> DeviceSelection.named("eth["))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--device eth[");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.dataplane.XdpPorts.Port;
import dev.sluice.node.DeviceDriver;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.InterfaceAddress;
import dev.sluice.node.Link;
import dev.sluice.node.Links;
import dev.sluice.node.NetworkImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which uplinks are to have XDP, and what is said of those that have it not. */
class XdpPolicyTest {
  private static final int EBUSY = 16;
  private static final int EEXIST = 17;
  private static final int EINVAL = 22;
  private static final int ERANGE = 34;
  private static final int ENOSPC = 28;
  private static final int EOPNOTSUPP = 95;

  private static final Link NIC = Links.physical(2, "eth0");
  private static final Link JUMBO = Links.withMtu(NIC, 9000);

  @ParameterizedTest
  @EnumSource(names = {"AUTO", "REQUIRE"})
  void aPhysicalDeviceIsToHaveIt(XdpUse use) {
    assertThat(XdpPolicy.refusal(use, NIC)).isEmpty();
    assertThat(XdpPolicy.refusal(use, JUMBO)).as("the driver knows what it can").isEmpty();
  }

  @Test
  void aVethIsToHaveItOnlyIfItIsRequired() {
    Link veth = Links.vethElsewhere(2, "eth0");
    assertThat(XdpPolicy.refusal(XdpUse.AUTO, veth).orElseThrow())
        .contains("checksums", "--xdp=require");
    assertThat(XdpPolicy.refusal(XdpUse.REQUIRE, veth)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bond", "team", "bridge", "macvlan", "ipvlan", "netkit", "tun", "vxlan"})
  void whatIsNoPhysicalDeviceIsNeverToHaveIt(String kind) {
    Link link = Links.ofKind(2, "x0", kind);
    assertThat(XdpPolicy.refusal(XdpUse.AUTO, link))
        .contains(kind + ": XDP is for physical devices");
    assertThat(XdpPolicy.refusal(XdpUse.REQUIRE, link)).isPresent();
  }

  @Test
  void ofAVlanDeviceTheParentIsToHaveIt() {
    Link vlan = Links.vlan(3, "eth0.7", 2, OptionalInt.of(7));
    assertThat(XdpPolicy.refusal(XdpUse.REQUIRE, vlan).orElseThrow()).contains("parent");
  }

  @Test
  void aDeviceWithoutALinkHeaderIsNotToHaveIt() {
    Link modem = Links.ofType(2, "wwan0", "", Link.TYPE_RAW_IP);
    assertThat(XdpPolicy.refusal(XdpUse.REQUIRE, modem)).contains("not an Ethernet device");
  }

  @Test
  void switchedOffNobodyIsToHaveIt() {
    assertThat(XdpPolicy.refusal(XdpUse.OFF, NIC)).contains("--xdp=off");
  }

  @Test
  void onlySelectedUplinksCanBeUnfitForWhatIsRequired() {
    NetworkImage image =
        image(
            NIC,
            Links.ofKind(3, "bond0", "bond"),
            Links.ofKind(4, "macvlan0", "macvlan"),
            Links.ofKind(5, "vxlan0", "vxlan"));
    assertThat(XdpPolicy.unfit(image, DeviceSelection.byRole()))
        .containsExactly(
            "bond0: bond: XDP is for physical devices",
            "macvlan0: macvlan: XDP is for physical devices");
    assertThat(XdpPolicy.unfit(image, DeviceSelection.named("eth0|vxlan0"))).isEmpty();
  }

  @Test
  void ofAVlanDeviceItIsRequiredOnlyIfItsParentIsNoUplink() {
    NetworkImage image =
        image(
            NIC,
            Links.vlan(3, "eth0.7", 2, OptionalInt.of(7)),
            Links.ofKind(4, "dummy0", "dummy"),
            Links.vlan(5, "dummy0.7", 4, OptionalInt.of(7)));
    assertThat(XdpPolicy.unfit(image, DeviceSelection.byRole()))
        .containsExactly("dummy0.7: VLAN device: XDP is for its parent, if that is an uplink");
  }

  @ParameterizedTest
  @ValueSource(ints = {EBUSY, EEXIST})
  void aProgramThatIsThereAlreadyIsNamed(int errno) {
    assertThat(explain(errno, NIC, driver("ixgbe"), OptionalInt.of(17)))
        .isEqualTo("another XDP program is attached (id 17)");
    assertThat(explain(errno, NIC, driver("ixgbe"), OptionalInt.empty()))
        .isEqualTo("a device above it has an XDP program");
  }

  @ParameterizedTest
  @CsvSource({
    "r8169, driver r8169 has no native XDP",
    "'', the driver has no native XDP",
  })
  void aDriverWithoutXdpIsNamed(String name, String expected) {
    assertThat(explain(EOPNOTSUPP, NIC, driver(name))).isEqualTo(expected);
  }

  @Test
  void someDriversSayOfALargeMtuThatXdpIsNotSupported() {
    assertThat(explain(EOPNOTSUPP, JUMBO, driver("ice")))
        .isEqualTo("driver ice has no native XDP, or none with an MTU of 9000");
  }

  @ParameterizedTest
  @ValueSource(ints = {EINVAL, ERANGE})
  void anMtuThatIsTooLargeIsNamed(int errno) {
    assertThat(explain(errno, JUMBO, driver("ixgbe")))
        .isEqualTo("MTU 9000 is too large for XDP in driver ixgbe");
  }

  @ParameterizedTest
  @ValueSource(ints = {EINVAL, ERANGE, EOPNOTSUPP})
  void largeReceiveOffloadIsNamedWithTheCommandThatSwitchesItOff(int errno) {
    assertThat(explain(errno, JUMBO, new DeviceDriver("mlx5_core", true)))
        .isEqualTo("large receive offload is on: ethtool -K eth0 lro off");
  }

  @Test
  void aVirtualMachinesNicWithOffloadsOfItsHostIsToBeMendedThere() {
    assertThat(explain(EOPNOTSUPP, NIC, new DeviceDriver("virtio_net", true)))
        .contains("guest_tso4", "on the host");
  }

  @ParameterizedTest
  @ValueSource(ints = {EINVAL, ENOSPC})
  void whatNobodyKnowsTheReasonOfIsSaidAsTheKernelSaysIt(int errno) {
    assertThat(explain(errno, NIC, driver("ena"))).isEqualTo("driver ena refuses: in words");
  }

  @Test
  void vlanDevicesOnADeviceWithTheProgramAreReachedByIt() {
    NetworkImage image =
        image(
            NIC,
            Links.physical(3, "eth1"),
            Links.vlan(4, "eth0.7", 2, OptionalInt.of(7)),
            Links.vlan(5, "eth1.7", 3, OptionalInt.of(7)),
            Links.vlan(6, "provider", 2, OptionalInt.empty()),
            Links.vlan(7, "inner", 4, OptionalInt.of(8)));

    assertThat(XdpAttachments.ports(Set.of(2), image))
        .isEqualTo(Map.of(2, new Port(2, 0), 4, new Port(2, 7)));
  }

  private static String explain(int errno, Link link, DeviceDriver driver) {
    return explain(errno, link, driver, OptionalInt.empty());
  }

  private static String explain(int errno, Link link, DeviceDriver driver, OptionalInt program) {
    return XdpPolicy.explain(errno, "in words", link, driver, program);
  }

  private static DeviceDriver driver(String name) {
    return new DeviceDriver(name, false);
  }

  /** Each device has an address on a subnet. */
  private static NetworkImage image(Link... links) {
    List<InterfaceAddress> addresses = new ArrayList<>();
    for (Link link : links) {
      addresses.add(Links.address(link.index(), "192.0.2." + link.index() + "/24"));
    }
    return NetworkImage.of(List.of(links), addresses, List.of());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static dev.sluice.node.Links.address;
import static dev.sluice.node.Links.defaultRoute;
import static dev.sluice.node.Links.down;
import static dev.sluice.node.Links.inet;
import static dev.sluice.node.Links.ofKind;
import static dev.sluice.node.Links.ofType;
import static dev.sluice.node.Links.physical;
import static dev.sluice.node.Links.vethElsewhere;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.compatibility.ShowsRules;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkImageTest {
  private static final InterfaceAddress TENTATIVE =
      new InterfaceAddress(2, inet("2001:db8::9"), 64, 0, true, false, false, false);
  private static final InterfaceAddress DEPRECATED =
      new InterfaceAddress(2, inet("2001:db8::8"), 64, 0, false, true, false, false);
  private static final InterfaceAddress TEMPORARY =
      new InterfaceAddress(2, inet("2001:db8::7"), 64, 0, false, false, true, false);

  private final NetworkImage image =
      NetworkImage.of(
          List.of(
              ofType(1, "lo", "", Link.TYPE_LOOPBACK),
              physical(2, "eth0"),
              physical(3, "eth1"),
              ofKind(4, "vxlan0", "vxlan"),
              vethElsewhere(5, "veth5")),
          List.of(
              address(1, "127.0.0.1/8"),
              address(2, "192.0.2.1/24"),
              address(2, "192.0.2.2/24"),
              TENTATIVE,
              DEPRECATED,
              TEMPORARY,
              address(2, "2001:db8::1/64"),
              address(3, "198.51.100.1/24"),
              address(4, "10.244.0.0/32")),
          List.of(
              defaultRoute(AddressFamily.IPV4, 3, 200),
              defaultRoute(AddressFamily.IPV4, 2, 100),
              defaultRoute(AddressFamily.IPV6, 2, 1024)));

  @Test
  @ShowsRules(201)
  void thePrimaryAddressIsThatOfTheBestDefaultRoutesDevice() {
    assertThat(image.primaryAddress(AddressFamily.IPV4)).contains(inet("192.0.2.1"));
    assertThat(image.uplinks()).extracting(Link::name).containsExactly("eth0", "eth1");
  }

  @Test
  void aRouteThroughADeviceThatIsDownDoesNotCount() {
    NetworkImage next = image.apply(new NetworkEvent.LinkPresent(down(physical(2, "eth0"))));
    assertThat(next.primaryAddress(AddressFamily.IPV4)).contains(inet("198.51.100.1"));
    assertThat(image.primaryAddress(AddressFamily.IPV4)).contains(inet("192.0.2.1"));
  }

  @Test
  void tentativeDeprecatedAndTemporaryAddressesAreNoSourceAddresses() {
    assertThat(image.sourceAddressFor(2, AddressFamily.IPV6)).contains(inet("2001:db8::1"));
    assertThat(image.primaryAddress(AddressFamily.IPV6)).contains(inet("2001:db8::1"));
  }

  @Test
  void aDeviceMasqueradesAsItselfAndOneWithoutAddressesAsTheNode() {
    assertThat(image.sourceAddressFor(4, AddressFamily.IPV4)).contains(inet("10.244.0.0"));
    assertThat(image.sourceAddressFor(5, AddressFamily.IPV4)).contains(inet("192.0.2.1"));
    assertThat(image.sourceAddressFor(4, AddressFamily.IPV6)).contains(inet("2001:db8::1"));
  }

  @Test
  void localAddressesAreAllButTheTentativeOnes() {
    assertThat(image.localAddresses(AddressFamily.IPV4))
        .containsExactlyInAnyOrder(
            inet("127.0.0.1"),
            inet("192.0.2.1"),
            inet("192.0.2.2"),
            inet("198.51.100.1"),
            inet("10.244.0.0"));
    assertThat(image.localAddresses(AddressFamily.IPV6))
        .containsExactlyInAnyOrder(inet("2001:db8::8"), inet("2001:db8::7"), inet("2001:db8::1"));
  }

  @Test
  void anAddressThatIsNoLongerTentativeReplacesItself() {
    InterfaceAddress ready =
        new InterfaceAddress(2, inet("2001:db8::9"), 64, 0, false, false, false, false);
    NetworkImage next = image.apply(new NetworkEvent.AddressPresent(ready));
    assertThat(next.localAddresses(AddressFamily.IPV6)).contains(inet("2001:db8::9"));
    assertThat(next.addresses(2)).hasSameSizeAs(image.addresses(2));
    assertThat(next.apply(new NetworkEvent.AddressRemoved(TENTATIVE)).addresses(2))
        .hasSize(image.addresses(2).size() - 1);
  }

  @Test
  void aNodeWithoutAnyDefaultRouteStillHasAnAddress() {
    assertThat(image.withRoutes(List.of()).primaryAddress(AddressFamily.IPV4))
        .contains(inet("192.0.2.1"));
    assertThat(NetworkImage.EMPTY.primaryAddress(AddressFamily.IPV4)).isEmpty();
  }

  @Test
  void aChangeNamesWhatIsNewWhatDiffersAndWhatIsGone() {
    NetworkImage next =
        image
            .apply(new NetworkEvent.LinkRemoved(physical(3, "eth1")))
            .apply(new NetworkEvent.LinkPresent(vethElsewhere(6, "veth6")))
            .apply(new NetworkEvent.AddressPresent(address(5, "10.9.0.1/24")));
    NetworkChange change = NetworkChange.between(image, next);
    assertThat(change.devicesAdded()).extracting(Link::name).containsExactly("veth6");
    assertThat(change.devicesChanged()).extracting(Link::name).containsExactly("veth5");
    assertThat(change.devicesRemoved()).extracting(Link::name).containsExactly("eth1");
    assertThat(change.addressesChanged()).isTrue();
    assertThat(next.addresses(3)).isEmpty();
  }

  @Test
  void anEventThatSaysNothingNewGivesAnEqualImage() {
    assertThat(image.apply(new NetworkEvent.LinkPresent(physical(2, "eth0")))).isEqualTo(image);
    assertThat(image.apply(new NetworkEvent.AddressPresent(address(2, "192.0.2.1/24"))))
        .isEqualTo(image);
  }
}

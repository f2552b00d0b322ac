// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.node.DeviceDriver;
import dev.sluice.node.DeviceRole;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.Link;
import dev.sluice.node.NetworkImage;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Which uplinks XDP is for, and in the operator's words why one does not have it. */
public final class XdpPolicy {
  /** What every driver with native XDP takes; above, it depends on the driver. */
  private static final int USUAL_MTU = 1500;

  private static final int EBUSY = 16;
  private static final int EEXIST = 17;
  private static final int EINVAL = 22;
  private static final int ERANGE = 34;
  private static final int EOPNOTSUPP = 95;

  private XdpPolicy() {}

  /** Why an uplink is not to have XDP, before its driver is asked; empty if it is to have it. */
  static Optional<String> refusal(XdpUse use, Link link) {
    if (use == XdpUse.OFF) {
      return Optional.of("--xdp=off");
    }
    if (link.type() != Link.TYPE_ETHERNET) {
      return Optional.of("not an Ethernet device");
    }
    return switch (link.kind()) {
      case "" -> Optional.empty();
      // What a peer on this machine sends may carry the sum of a pseudo-header only.
      case "veth" ->
          use == XdpUse.REQUIRE
              ? Optional.empty()
              : Optional.of(
                  "veth: senders may leave checksums to the device; --xdp=require attaches anyway");
      case "vlan" -> Optional.of("VLAN device: XDP is for its parent, if that is an uplink");
      default -> Optional.of(link.kind() + ": XDP is for physical devices");
    };
  }

  /** Whether it is a VLAN device of an uplink: its frames pass XDP there, if anywhere. */
  static boolean isServedByParent(Link link, NetworkImage image) {
    return link.kind().equals("vlan")
        && !link.peerIsElsewhere()
        && image.role(link.peerIndex()) == DeviceRole.UPLINK;
  }

  /**
   * The uplinks that {@code --xdp=require} asks too much of, a line each, as far as that can be
   * told without their drivers.
   */
  public static List<String> unfit(NetworkImage image, DeviceSelection selection) {
    return image.uplinks().stream()
        .filter(link -> selection.takes(link, DeviceRole.UPLINK))
        .filter(link -> !isServedByParent(link, image))
        .flatMap(
            link ->
                refusal(XdpUse.REQUIRE, link).map(reason -> link.name() + ": " + reason).stream())
        .toList();
  }

  /**
   * Why the kernel did not attach the program. Drivers say more than an error number only where no
   * program can read it, so this looks at what is known to be in their way.
   *
   * @param errno what the kernel said
   * @param message the same, in words
   * @param present the XDP program that the device has
   */
  static String explain(
      int errno, String message, Link link, DeviceDriver driver, OptionalInt present) {
    String named = driver.name().isEmpty() ? "the driver" : "driver " + driver.name();
    return switch (errno) {
      case EBUSY, EEXIST ->
          present.isPresent()
              ? "another XDP program is attached (id %d)".formatted(present.getAsInt())
              : "a device above it has an XDP program";
      case EOPNOTSUPP -> {
        // The driver has native XDP, but not with offloads that only the host can switch off.
        if (driver.name().equals("virtio_net")) {
          yield "receive offloads of virtio_net are on: switch guest_tso4, guest_tso6, guest_ecn and"
              + " guest_ufo off on the host";
        }
        if (driver.largeReceiveOffload()) {
          yield largeReceiveOffload(link);
        }
        yield link.mtu() > USUAL_MTU
            ? "%s has no native XDP, or none with an MTU of %d".formatted(named, link.mtu())
            : named + " has no native XDP";
      }
      case EINVAL, ERANGE -> {
        if (driver.largeReceiveOffload()) {
          yield largeReceiveOffload(link);
        }
        yield link.mtu() > USUAL_MTU
            ? "MTU %d is too large for XDP in %s".formatted(link.mtu(), named)
            : named + " refuses: " + message;
      }
      default -> named + " refuses: " + message;
    };
  }

  private static String largeReceiveOffload(Link link) {
    return "large receive offload is on: ethtool -K " + link.name() + " lro off";
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.PinDirectory;
import dev.sluice.dataplane.XdpPorts;
import dev.sluice.dataplane.XdpPorts.Port;
import dev.sluice.loader.BpfException;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfProgram;
import dev.sluice.node.DeviceDriver;
import dev.sluice.node.DeviceRole;
import dev.sluice.node.Link;
import dev.sluice.node.NetworkImage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Keeps the XDP program on uplinks, beside the tc programs, which do all that it leaves to them. It
 * comes after those and goes before them. {@link DeviceAttachments} calls it, one call at a time.
 */
public final class XdpAttachments {
  private static final Logger LOG = LoggerFactory.getLogger(XdpAttachments.class);

  /**
   * A driver is asked again when something about its device has changed.
   *
   * @param missed whether an operator who requires XDP lacks it there
   */
  private record Refusal(Link link, String reason, boolean missed) {}

  private final LoadedObjects objects;
  private final XdpPorts ports;
  private final XdpLinks links;
  private final XdpUse use;
  private final Map<Integer, Link> attached = new TreeMap<>();
  private final Map<Integer, Refusal> refused = new TreeMap<>();
  private Optional<Map<Integer, Port>> written = Optional.empty();

  public XdpAttachments(LoadedObjects objects, PinDirectory pins, XdpUse use) {
    this.objects = objects;
    this.ports = new XdpPorts(objects);
    this.links = new XdpLinks(pins);
    this.use = use;
  }

  /** Brings a device that has the tc programs to what it is to have. */
  void settle(Link link, DeviceRole role, NetworkImage image) {
    if (role != DeviceRole.UPLINK) {
      detach(link, image);
      return;
    }
    Optional<String> refusal = XdpPolicy.refusal(use, link);
    if (refusal.isPresent()) {
      takeOff(link, image);
      refuse(new Refusal(link, refusal.get(), !XdpPolicy.isServedByParent(link, image)));
      return;
    }
    Refusal earlier = refused.get(link.index());
    if (!attached.containsKey(link.index()) && (earlier == null || !earlier.link.equals(link))) {
      attach(link);
    }
  }

  private void attach(Link link) {
    BpfProgram program;
    try {
      program = objects.xdp();
    } catch (BpfException e) {
      refuse(new Refusal(link, "the kernel does not take the program: " + e.getMessage(), true));
      return;
    }
    try {
      links.attach(link.index(), program);
      attached.put(link.index(), link);
      refused.remove(link.index());
      LOG.info("device {} has the XDP program", link.name());
    } catch (BpfException e) {
      String reason =
          XdpPolicy.explain(
              e.errno(),
              e.getMessage(),
              link,
              DeviceDriver.of(link.name()),
              BpfLink.xdpProgramOn(link.index()));
      refuse(new Refusal(link, reason, true));
    }
  }

  private void refuse(Refusal refusal) {
    Link link = refusal.link;
    Refusal earlier = refused.put(link.index(), refusal);
    if (use != XdpUse.OFF && (earlier == null || !earlier.reason.equals(refusal.reason))) {
      LOG.atLevel(use == XdpUse.REQUIRE && refusal.missed ? Level.WARN : Level.INFO)
          .log("device {} gets no XDP: {}", link.name(), refusal.reason);
    }
  }

  /** Takes the program off a device, before the tc programs go. */
  void detach(Link link, NetworkImage image) {
    refused.remove(link.index());
    takeOff(link, image);
  }

  private void takeOff(Link link, NetworkImage image) {
    if (attached.remove(link.index()) != null) {
      // First nothing is sent there any more: a driver may drop what comes without a program.
      writePorts(image);
      links.detach(link.index());
      LOG.info("device {} has no XDP program any more", link.name());
    }
  }

  /** Drops what is left of a device that is gone. */
  void forget(Link link) {
    refused.remove(link.index());
    if (attached.remove(link.index()) != null) {
      links.forget(link.index());
    }
  }

  /** Tells the program where it can send to. Call it after each group of changes. */
  void writePorts(NetworkImage image) {
    Map<Integer, Port> wanted = ports(attached.keySet(), image);
    if (written.filter(wanted::equals).isPresent()) {
      return;
    }
    try {
      ports.write(wanted);
      written = Optional.of(wanted);
    } catch (BpfException e) {
      // A device may have gone while we were at it; then its removal is on its way to us.
      LOG.warn("XDP does not know all devices: {}", e.getMessage());
    }
  }

  /** Devices with the program, and the VLAN devices that are on one. */
  static Map<Integer, Port> ports(Set<Integer> attached, NetworkImage image) {
    Map<Integer, Port> wanted = new HashMap<>();
    attached.forEach(index -> wanted.put(index, new Port(index, XdpPorts.UNTAGGED)));
    for (Link link : image.links()) {
      if (link.vlanId().isPresent()
          && !link.peerIsElsewhere()
          && attached.contains(link.peerIndex())) {
        wanted.put(link.index(), new Port(link.peerIndex(), link.vlanId().getAsInt()));
      }
    }
    return wanted;
  }

  /** Clears what earlier agents left on devices that are not to have the program now. */
  void clearLeftOvers(NetworkImage image) {
    writePorts(image);
    TreeSet<Integer> leftOver = new TreeSet<>(links.found());
    leftOver.removeAll(attached.keySet());
    leftOver.forEach(index -> remove(links, index, image));
  }

  /** Takes the program off all devices that this instance has put it on, whatever agent did it. */
  static void detachAll(PinDirectory pins, NetworkImage image) {
    XdpLinks links = new XdpLinks(pins);
    links.found().forEach(index -> remove(links, index, image));
  }

  private static void remove(XdpLinks links, int index, NetworkImage image) {
    if (image.link(index).isPresent()) {
      links.detach(index);
    } else {
      links.forget(index);
    }
  }

  XdpStatus status(int interfaceIndex) {
    Refusal refusal = refused.get(interfaceIndex);
    if (refusal != null) {
      return new XdpStatus(false, refusal.reason);
    }
    return attached.containsKey(interfaceIndex) ? XdpStatus.ATTACHED : XdpStatus.NOT_MEANT;
  }

  /**
   * The uplinks that should have the program by {@code --xdp=require} and have not, a line each.
   */
  List<String> failures() {
    return use == XdpUse.REQUIRE
        ? refused.values().stream()
            .filter(Refusal::missed)
            .map(refusal -> refusal.link.name() + ": no XDP: " + refusal.reason)
            .toList()
        : List.of();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.dataplane.NodeTable;
import dev.sluice.dataplane.PinDirectory;
import dev.sluice.loader.BpfException;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.LocalTraffic;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.DeviceRole;
import dev.sluice.node.DeviceSelection;
import dev.sluice.node.Link;
import dev.sluice.node.NetworkChange;
import dev.sluice.node.NetworkImage;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the tc programs on the devices that are to have them. Feed it every change of the network;
 * a pod's device gets its programs when it appears, before its first packet if it can be.
 */
public final class DeviceAttachments {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceAttachments.class);

  private final LoadedObjects objects;
  private final NodeTable nodeTable;
  private final DeviceSelection selection;
  private final LocalTraffic localTraffic;
  private final TrafficControl trafficControl;
  private final TrafficControl otherWay;
  private final AttachMode mode;
  private final XdpAttachments xdp;
  private final Map<Integer, AttachedDevice> attached = new TreeMap<>();
  private final Map<Integer, String> failures = new TreeMap<>();

  public DeviceAttachments(
      LoadedObjects objects,
      NodeTable nodeTable,
      PinDirectory pins,
      DeviceSelection selection,
      LocalTraffic localTraffic,
      AttachMode mode,
      XdpAttachments xdp) {
    this.xdp = xdp;
    this.objects = objects;
    this.nodeTable = nodeTable;
    this.selection = selection;
    this.localTraffic = localTraffic;
    this.mode = mode;
    this.trafficControl = trafficControl(mode, pins);
    this.otherWay =
        trafficControl(
            switch (mode) {
              case TCX -> AttachMode.CLSACT;
              case CLSACT -> AttachMode.TCX;
            },
            pins);
  }

  private static TrafficControl trafficControl(AttachMode mode, PinDirectory pins) {
    return switch (mode) {
      case TCX -> new TcxLinks(pins);
      case CLSACT -> new ClsactFilters(pins);
    };
  }

  /** How programs are put on devices. */
  public AttachMode mode() {
    return mode;
  }

  /** Brings all devices to what they are to have, and clears what earlier agents left on others. */
  public synchronized void start(NetworkImage image) {
    StackedDevices stacked = StackedDevices.of(image, selection);
    image.links().forEach(link -> settle(link, image, stacked));
    xdp.clearLeftOvers(image);
    for (TrafficControl control : List.of(trafficControl, otherWay)) {
      Set<Integer> leftOver = new HashSet<>(control.found());
      if (control == trafficControl) {
        leftOver.removeAll(attached.keySet());
      }
      leftOver.forEach(index -> removeFrom(control, index, image));
    }
  }

  /** Follows a change. */
  public synchronized void changed(NetworkChange change) {
    for (Link link : change.devicesRemoved()) {
      xdp.forget(link);
      if (attached.remove(link.index()) != null) {
        trafficControl.forget(link.index());
        nodeTable.removeDevice(link.index());
        LOG.info("device {} is gone", link.name());
      }
      failures.remove(link.index());
    }
    NetworkImage image = change.after();
    StackedDevices stacked = StackedDevices.of(image, selection);
    Stream.concat(change.devicesAdded().stream(), change.devicesChanged().stream())
        .forEach(link -> settle(link, image, stacked));
    // A device that came or went changes what those above and below it are to count.
    attached().stream()
        .flatMap(device -> image.link(device.interfaceIndex()).stream())
        .filter(link -> !attached.get(link.index()).counts(stacked, link))
        .forEach(link -> settle(link, image, stacked));
    xdp.writePorts(image);
  }

  /** The devices with programs, by interface index. */
  public synchronized List<AttachedDevice> attached() {
    return List.copyOf(attached.values());
  }

  /** One line for each device that should have programs and has not. */
  public synchronized List<String> failures() {
    return Stream.concat(failures.values().stream(), xdp.failures().stream()).toList();
  }

  /** Whether a device carries the XDP program. */
  public synchronized XdpStatus xdp(int interfaceIndex) {
    return xdp.status(interfaceIndex);
  }

  /**
   * What is to be so when an agent has started.
   *
   * @throws IllegalStateException if an uplink is to have the XDP program and cannot
   */
  public synchronized void requireXdp() {
    if (!xdp.failures().isEmpty()) {
      throw new IllegalStateException(
          "--xdp=require: %s. Mend that, leave the device out by --device, or use --xdp=auto; what was attached stays until 'sluice detach'"
              .formatted(String.join("; ", xdp.failures())));
    }
  }

  /** Takes everything off that this instance has put on devices, whatever agent did it. */
  public static void detachAll(PinDirectory pins, NetworkImage image) {
    XdpAttachments.detachAll(pins, image);
    for (AttachMode mode : AttachMode.values()) {
      TrafficControl control = trafficControl(mode, pins);
      control.found().forEach(index -> removeFrom(control, index, image));
    }
  }

  private static void removeFrom(TrafficControl control, int index, NetworkImage image) {
    if (image.link(index).isPresent()) {
      control.detach(index);
    } else {
      control.forget(index);
    }
  }

  private void settle(Link link, NetworkImage image, StackedDevices stacked) {
    DeviceRole role = image.role(link.index());
    AttachedDevice wanted =
        new AttachedDevice(
            link.index(),
            link.name(),
            role,
            link.headerLength(),
            sourceAddresses(image, link.index()),
            localTraffic.recognisesInterface(stackInterface(link, image)),
            stacked.ingress(link),
            stacked.egress(link));
    AttachedDevice present = attached.get(link.index());
    if (!selection.takes(link, role)) {
      if (present != null) {
        xdp.detach(link, image);
        trafficControl.detach(link.index());
        nodeTable.removeDevice(link.index());
        attached.remove(link.index());
        LOG.info("device {} ({}) is left alone now", link.name(), role);
      }
      return;
    }
    if (wanted.equals(present) || attach(link, wanted, present)) {
      xdp.settle(link, role, image);
    }
  }

  /** Whether the device has its programs now. */
  private boolean attach(Link link, AttachedDevice wanted, AttachedDevice present) {
    try {
      nodeTable.putDevice(link.index(), wanted.sourceAddresses(), wanted.flags());
      if (present == null || !present.hasProgramsOf(wanted)) {
        trafficControl.attach(
            link.index(),
            new HookPair(
                objects.ingress(wanted.linkHeaderLength(), wanted.ingress()),
                objects.egress(wanted.linkHeaderLength(), wanted.egress())));
        LOG.info("device {} ({}) has programs by {}", link.name(), wanted.role(), mode);
      }
      attached.put(link.index(), wanted);
      failures.remove(link.index());
      return true;
    } catch (BpfException e) {
      // It may have gone while we were at it; then its removal is on its way to us.
      nodeTable.removeDevice(link.index());
      failures.put(link.index(), link.name() + ": " + e.getMessage());
      LOG.warn("device {} ({}) gets no programs: {}", link.name(), wanted.role(), e.getMessage());
      return false;
    }
  }

  /** A packet that enters by a port of a bridge enters the IP stack by the bridge. */
  private static String stackInterface(Link link, NetworkImage image) {
    return link.slaveKind().equals("bridge")
        ? image.link(link.masterIndex()).map(Link::name).orElse(link.name())
        : link.name();
  }

  private static Map<IpFamily, IpAddress> sourceAddresses(NetworkImage image, int index) {
    Map<IpFamily, IpAddress> addresses = new EnumMap<>(IpFamily.class);
    image
        .sourceAddressFor(index, AddressFamily.IPV4)
        .ifPresent(address -> put(addresses, IpAddress.ofBytes(address.getAddress())));
    image
        .sourceAddressFor(index, AddressFamily.IPV6)
        .ifPresent(address -> put(addresses, IpAddress.ofBytes(address.getAddress())));
    return addresses;
  }

  private static void put(Map<IpFamily, IpAddress> addresses, IpAddress address) {
    addresses.put(address.family(), address);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trace;

import dev.sluice.attach.AttachedDevice;
import dev.sluice.model.IpAddress;
import dev.sluice.node.AddressFamily;
import dev.sluice.node.DeviceRole;
import dev.sluice.node.NetworkImage;
import dev.sluice.trial.Origin;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Where a packet comes from.
 *
 * @param assumed the question did not say
 * @param device the one it enters by; empty for a socket of the node
 */
record WayIn(Origin from, boolean assumed, Optional<AttachedDevice> device, String why) {

  /** Whether the client counts as this node's by the device it is behind. */
  boolean isInside() {
    return device.map(AttachedDevice::isInside).orElse(true);
  }

  /** Whether the local-traffic detector goes by the device that the client is behind. */
  boolean isDetected() {
    return device.map(AttachedDevice::detected).orElse(false);
  }

  /**
   * Settles what the question leaves open.
   *
   * @param devices those with programs
   * @param routes the device towards an address
   * @throws IllegalArgumentException if the question cannot be answered as it is
   */
  static WayIn of(
      Question question,
      NetworkImage image,
      List<AttachedDevice> devices,
      Function<IpAddress, OptionalInt> routes) {
    Search search = new Search(question.source(), image, devices, routes);
    if (question.device().isPresent()) {
      return search.named(question.device().get(), question.from());
    }
    Origin from = question.from().orElseGet(search::origin);
    boolean assumed = question.from().isEmpty();
    return switch (from) {
      case NODE ->
          new WayIn(
              from,
              assumed,
              Optional.empty(),
              search.isOwnAddress() ? question.source() + " is an address of this node" : "");
      case POD -> search.by(from, assumed, AttachedDevice::isInside);
      case EXTERNAL -> search.by(from, assumed, device -> !device.isInside());
    };
  }

  private record Search(
      IpAddress source,
      NetworkImage image,
      List<AttachedDevice> devices,
      Function<IpAddress, OptionalInt> routes) {

    Origin origin() {
      if (isOwnAddress()) {
        return Origin.NODE;
      }
      return routed().filter(AttachedDevice::isInside).isPresent() ? Origin.POD : Origin.EXTERNAL;
    }

    boolean isOwnAddress() {
      InetAddress address = inetAddress(source);
      return address.isLoopbackAddress()
          || image.localAddresses(AddressFamily.of(address)).contains(address);
    }

    private Optional<AttachedDevice> routed() {
      OptionalInt index = routes.apply(source);
      return index.isEmpty()
          ? Optional.empty()
          : devices.stream()
              .filter(device -> device.interfaceIndex() == index.getAsInt())
              .findFirst();
    }

    WayIn named(String name, Optional<Origin> from) {
      AttachedDevice device =
          devices.stream()
              .filter(candidate -> candidate.name().equals(name))
              .findFirst()
              .orElseThrow(() -> notAttached(name));
      Origin byDevice = device.isInside() ? Origin.POD : Origin.EXTERNAL;
      if (from.isPresent() && from.get() != byDevice) {
        throw new IllegalArgumentException(
            from.get() == Origin.NODE
                ? "what the node's own sockets send enters by no device: leave --device out"
                : "a packet that enters by %s (%s) is from '%s', not from '%s'"
                    .formatted(name, role(device), byDevice, from.get()));
      }
      return new WayIn(
          byDevice, from.isEmpty(), Optional.of(device), name + " is of role " + role(device));
    }

    private IllegalArgumentException notAttached(String name) {
      String names =
          devices.stream().map(AttachedDevice::name).sorted().collect(Collectors.joining(", "));
      return new IllegalArgumentException(
          image.link(name).isPresent()
              ? "device '%s' carries no programs, so what enters by it is not translated; those that do: %s"
                  .formatted(name, names)
              : "this node has no device '%s'; those with programs: %s".formatted(name, names));
    }

    WayIn by(Origin from, boolean assumed, Predicate<AttachedDevice> kind) {
      Optional<AttachedDevice> routed = routed().filter(kind);
      if (routed.isPresent()) {
        return new WayIn(from, assumed, routed, source + " is routed over it");
      }
      // An uplink before a tunnel: a stranger comes by the NIC.
      AttachedDevice first =
          devices.stream()
              .filter(kind)
              .min(
                  Comparator.<AttachedDevice, Boolean>comparing(
                          device -> device.role() != DeviceRole.UPLINK)
                      .thenComparing(AttachedDevice::interfaceIndex))
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "no device of this node that packets from '%s' enter by carries programs; see 'sluice status'"
                              .formatted(from)));
      return new WayIn(
          from,
          assumed,
          Optional.of(first),
          "the first of its kind, as %s is routed over none of them".formatted(source));
    }
  }

  static String role(AttachedDevice device) {
    return device.role().name().toLowerCase(Locale.ROOT);
  }

  static InetAddress inetAddress(IpAddress address) {
    try {
      return InetAddress.getByAddress(address.bytes());
    } catch (UnknownHostException e) {
      throw new AssertionError("4 and 16 bytes are addresses", e);
    }
  }
}

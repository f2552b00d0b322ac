// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.PinDirectory;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfProgram;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/** Programs on the XDP hooks of devices, each by a pinned link {@code xdp-IFINDEX}. */
final class XdpLinks {
  private static final Pattern PIN = Pattern.compile("xdp-(\\d+)");

  private final PinDirectory pins;

  XdpLinks(PinDirectory pins) {
    this.pins = pins;
  }

  /** Puts the program on a device, or in place of an earlier agent's. */
  void attach(int interfaceIndex, BpfProgram program) {
    PinnedLink.attach(
        pin(interfaceIndex),
        interfaceIndex,
        program,
        () -> BpfLink.attachXdp(program, interfaceIndex));
  }

  /** Takes Sluice's program off a device; not another's. */
  void detach(int interfaceIndex) {
    PinnedLink.detach(pin(interfaceIndex));
  }

  /** Drops what is left of a device that is gone. */
  void forget(int interfaceIndex) {
    PinDirectory.unpin(pin(interfaceIndex));
  }

  /** The devices that an earlier agent put the program on, gone ones included. */
  Set<Integer> found() {
    return PinNames.devices(pins.links(), PIN);
  }

  private Path pin(int interfaceIndex) {
    return pins.links().resolve("xdp-" + interfaceIndex);
  }
}

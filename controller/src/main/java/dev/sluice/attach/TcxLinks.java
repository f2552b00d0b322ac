// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.PinDirectory;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.TcDirection;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/** Programs on tcx hooks, each by a pinned link {@code tcx-IFINDEX-DIRECTION}. */
final class TcxLinks implements TrafficControl {
  private static final Pattern PIN = Pattern.compile("tcx-(\\d+)-(ingress|egress)");

  private final PinDirectory pins;

  TcxLinks(PinDirectory pins) {
    this.pins = pins;
  }

  /**
   * Egress first: the kernel waits for an RCU grace period after each attachment, some 10 ms with
   * the lock on all devices held, and what ingress translates needs its answer translated, too.
   */
  @Override
  public void attach(int interfaceIndex, HookPair programs) {
    attach(interfaceIndex, TcDirection.EGRESS, programs.egress());
    attach(interfaceIndex, TcDirection.INGRESS, programs.ingress());
  }

  private void attach(int interfaceIndex, TcDirection direction, BpfProgram program) {
    PinnedLink.attach(
        pin(interfaceIndex, direction),
        interfaceIndex,
        program,
        () -> BpfLink.attachTcx(program, interfaceIndex, direction));
  }

  @Override
  public void detach(int interfaceIndex) {
    for (TcDirection direction : TcDirection.values()) {
      PinnedLink.detach(pin(interfaceIndex, direction));
    }
  }

  @Override
  public void forget(int interfaceIndex) {
    for (TcDirection direction : TcDirection.values()) {
      PinDirectory.unpin(pin(interfaceIndex, direction));
    }
  }

  @Override
  public Set<Integer> found() {
    return PinNames.devices(pins.links(), PIN);
  }

  private Path pin(int interfaceIndex, TcDirection direction) {
    return pins.links().resolve("tcx-" + interfaceIndex + "-" + PinNames.of(direction));
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.attach;

import dev.sluice.dataplane.PinDirectory;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.ClsactFilter;
import dev.sluice.loader.TcDirection;
import dev.sluice.node.Rtnetlink;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Programs as filters on clsact qdiscs. A filter has no owner, so the program itself is pinned as
 * {@code clsact-IFINDEX-DIRECTION}: only a filter that runs the pinned program is Sluice's. The pin
 * {@code clsact-IFINDEX-qdisc} says that the qdisc is Sluice's as well.
 */
final class ClsactFilters implements TrafficControl {
  /** Own numbers, so that filters of others stay as they are ("SL" and "UICE"). */
  private static final int PRIORITY = 0x534c;

  private static final int HANDLE = 0x75696365;
  private static final Pattern PIN = Pattern.compile("clsact-(\\d+)-(ingress|egress|qdisc)");

  private final PinDirectory pins;

  ClsactFilters(PinDirectory pins) {
    this.pins = pins;
  }

  @Override
  public void attach(int interfaceIndex, HookPair programs) {
    if (ClsactFilter.createQdisc(interfaceIndex)) {
      // A new qdisc has no filters: what is pinned under this number was another device's.
      forget(interfaceIndex);
      programs.ingress().pin(qdiscPin(interfaceIndex));
    }
    attach(filter(interfaceIndex, TcDirection.INGRESS), programs.ingress());
    attach(filter(interfaceIndex, TcDirection.EGRESS), programs.egress());
  }

  private void attach(ClsactFilter filter, BpfProgram program) {
    Path pin = pin(filter.interfaceIndex(), filter.direction());
    if (filter.programId().isPresent() && Files.exists(pin)) {
      int expected;
      try (BpfProgram earlier = BpfProgram.openPinned(pin)) {
        expected = earlier.id();
      }
      filter.replace(expected, program);
      PinDirectory.unpin(pin);
    } else {
      PinDirectory.unpin(pin);
      filter.attach(program);
    }
    program.pin(pin);
  }

  @Override
  public void detach(int interfaceIndex) {
    for (TcDirection direction : TcDirection.values()) {
      Path pin = pin(interfaceIndex, direction);
      if (Files.exists(pin)) {
        try (BpfProgram program = BpfProgram.openPinned(pin)) {
          filter(interfaceIndex, direction).detach(program.id());
        }
        PinDirectory.unpin(pin);
      }
    }
    if (Files.exists(qdiscPin(interfaceIndex))) {
      deleteUnusedQdisc(interfaceIndex);
      PinDirectory.unpin(qdiscPin(interfaceIndex));
    }
  }

  /** The qdisc would take everybody's filters with it, so it stays while others have some. */
  private static void deleteUnusedQdisc(int interfaceIndex) {
    try (Rtnetlink kernel = Rtnetlink.open()) {
      if (!kernel.hasFilters(interfaceIndex)) {
        ClsactFilter.deleteQdisc(interfaceIndex);
      }
    }
  }

  @Override
  public void forget(int interfaceIndex) {
    for (TcDirection direction : TcDirection.values()) {
      PinDirectory.unpin(pin(interfaceIndex, direction));
    }
    PinDirectory.unpin(qdiscPin(interfaceIndex));
  }

  @Override
  public Set<Integer> found() {
    return PinNames.devices(pins.programs(), PIN);
  }

  private static ClsactFilter filter(int interfaceIndex, TcDirection direction) {
    return new ClsactFilter(interfaceIndex, direction, PRIORITY, HANDLE);
  }

  private Path pin(int interfaceIndex, TcDirection direction) {
    return pins.programs().resolve("clsact-" + interfaceIndex + "-" + PinNames.of(direction));
  }

  private Path qdiscPin(int interfaceIndex) {
    return pins.programs().resolve("clsact-" + interfaceIndex + "-qdisc");
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.PacketCase.Arrival;
import dev.sluice.dataplane.SocketCase.Call;
import dev.sluice.model.IpFamily;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every reason is expected somewhere in the two tables, in every family where it can occur. */
class ReasonCoverageTest {
  @Test
  void everyReasonOccursInARowOfATable() {
    Set<Reason> missing = EnumSet.allOf(Reason.class);
    missing.remove(Reason.COUNT); // the number of reasons, not one
    for (IpFamily family : IpFamily.values()) {
      missing.removeAll(ofPackets(family));
    }
    for (SocketKind kind : SocketKind.values()) {
      missing.removeAll(ofSockets(kind));
    }
    assertThat(missing)
        .as("reasons that no row of PacketTable or SocketTable provokes: add rows, or drop them")
        .isEmpty();
  }

  @Test
  void theFamiliesDoNotDifferInTheirReasons() {
    assertThat(ofPackets(IpFamily.IPV4)).isEqualTo(ofPackets(IpFamily.IPV6));
    assertThat(Arrays.stream(SocketKind.values()).map(ReasonCoverageTest::ofSockets).distinct())
        .hasSize(1);
  }

  private static Set<Reason> ofPackets(IpFamily family) {
    Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    PacketTable.cases(family).stream()
        .flatMap(row -> row.steps().stream())
        .filter(Arrival.class::isInstance)
        .forEach(step -> reasons.add(((Arrival) step).reason()));
    return reasons;
  }

  private static Set<Reason> ofSockets(SocketKind kind) {
    Set<Reason> reasons = EnumSet.noneOf(Reason.class);
    SocketTable.cases(kind).stream()
        .flatMap(row -> row.steps().stream())
        .filter(Call.class::isInstance)
        .forEach(step -> reasons.addAll(((Call) step).reasons()));
    return reasons;
  }
}

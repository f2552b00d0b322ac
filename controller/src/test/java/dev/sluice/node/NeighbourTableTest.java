// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which events of neighbours matter to packets. */
class NeighbourTableTest {
  private static final int INCOMPLETE = 0x01;
  private static final int REACHABLE = 0x02;
  private static final int STALE = 0x04;
  private static final int DELAY = 0x08;
  private static final int PROBE = 0x10;
  private static final int FAILED = 0x20;
  private static final String MAC = "02:00:00:00:00:01";
  private static final String OTHER_MAC = "02:00:00:00:00:02";

  private final NeighbourTable table = new NeighbourTable();

  private boolean present(int state, String mac) {
    return table.apply(new NetworkEvent.NeighbourPresent(neighbour(state, mac)));
  }

  private boolean removed(int state, String mac) {
    return table.apply(new NetworkEvent.NeighbourRemoved(neighbour(state, mac)));
  }

  private static Neighbour neighbour(int state, String mac) {
    return new Neighbour(2, Links.inet("192.0.2.1"), mac, state);
  }

  @Test
  void aNewAddressMattersAndHowSureTheKernelIsOfItDoesNot() {
    assertThat(present(INCOMPLETE, "")).isFalse();
    assertThat(present(REACHABLE, MAC)).isTrue();
    for (int state : new int[] {STALE, DELAY, PROBE, REACHABLE, STALE}) {
      assertThat(present(state, MAC)).isFalse();
    }
    assertThat(present(STALE, OTHER_MAC)).isTrue();
  }

  @Test
  void aNeighbourThatIsLostMattersOnceHoweverOftenItIsAskedFor() {
    table.replace(List.of(neighbour(REACHABLE, MAC)));
    assertThat(present(REACHABLE, MAC)).as("known from the dump").isFalse();
    assertThat(present(FAILED, "")).isTrue();
    assertThat(present(INCOMPLETE, "")).isFalse();
    assertThat(present(FAILED, "")).isFalse();
    assertThat(removed(FAILED, "")).isFalse();
    assertThat(present(REACHABLE, MAC)).isTrue();
    assertThat(removed(STALE, MAC)).isTrue();
  }

  @Test
  void theSameAddressOnAnotherDeviceIsAnotherNeighbour() {
    assertThat(present(REACHABLE, MAC)).isTrue();
    Neighbour other = new Neighbour(3, Links.inet("192.0.2.1"), MAC, REACHABLE);
    assertThat(table.apply(new NetworkEvent.NeighbourPresent(other))).isTrue();
    assertThat(removed(REACHABLE, MAC)).isTrue();
    assertThat(table.apply(new NetworkEvent.NeighbourPresent(other))).isFalse();
  }
}

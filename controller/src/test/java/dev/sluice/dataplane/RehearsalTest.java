// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Apply;
import dev.sluice.bpf.MapNames;
import dev.sluice.loader.BpfMap;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.trial.Call;
import dev.sluice.trial.Origin;
import dev.sluice.trial.PacketRun;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a rehearsal may do to the maps of a running instance: read them. */
class RehearsalTest {
  private static final LoadOptions OPTIONS =
      new LoadOptions(new MapSizes(64, 64, 256, 64, 4096, 64), true, true, false, false);
  private static final int OLDEST = 512;
  private static final int LOOPBACK = 1;
  private static final IpAddress CLIENT = IpAddress.parse("10.1.0.1");
  private static final IpAddress VIP = IpAddress.parse("10.96.0.1");
  private static final int PORT = 80;
  private static final End BACKEND = new End(IpAddress.parse("10.1.0.2"), 8080);

  private enum LookedUp {
    NOT,
    BY_SYSTEM_CALL,
    BY_PROGRAM
  }

  /**
   * A program that looks an entry of an LRU map up saves it from the next evictions. A system call
   * must not: else traces would decide which half-open flows live.
   */
  @Test
  void lookingAFlowUpDoesNotSaveItFromEviction() {
    int untouched = survivors(LookedUp.NOT);
    int bySystemCall = survivors(LookedUp.BY_SYSTEM_CALL);
    int byProgram = survivors(LookedUp.BY_PROGRAM);

    System.out.printf(
        "LRU map, of the oldest %d entries survive: %d untouched, %d looked up by system calls, %d"
            + " by a program%n",
        OLDEST, untouched, bySystemCall, byProgram);
    assertThat(untouched).isLessThan(OLDEST / 4);
    assertThat(bySystemCall).isLessThan(OLDEST / 4);
    assertThat(byProgram).isGreaterThan(OLDEST / 2);
  }

  /** How many of the oldest entries are left after twice as many have come. */
  private static int survivors(LookedUp lookedUp) {
    try (LoadedObjects live = LoadedObjects.unpinned(OPTIONS);
        Rehearsal rehearsal = new Rehearsal(live);
        Arena arena = Arena.ofConfined()) {
      new Dataplane(live)
          .apply(
              Plans.service(Protocol.TCP, new End(VIP, PORT), Plans.random(Plans.local(BACKEND))));
      BpfMap embryos = live.map(MapNames.EMBRYO4);
      FamilyLayout layout = FamilyLayout.of(IpFamily.IPV4);
      MemorySegment value = arena.allocate(layout.flow.size(), Long.BYTES);
      Bytes.putByte(value, layout.flow.apply(), Apply.INGRESS_LOCAL.value());
      int next = 0;
      for (; next < embryos.maxEntries(); next++) {
        embryos.update(tuple(next).write(arena), value);
      }
      IntStream.range(0, OLDEST).forEach(flow -> lookUp(lookedUp, flow, live, rehearsal));
      for (int end = next + 2 * OLDEST; next < end; next++) {
        embryos.update(tuple(next).write(arena), value);
      }
      return (int)
          IntStream.range(0, OLDEST)
              .filter(flow -> rehearsal.liveFlow(tuple(flow)).isPresent())
              .count();
    }
  }

  private static void lookUp(LookedUp by, int flow, LoadedObjects live, Rehearsal rehearsal) {
    switch (by) {
      case NOT -> {}
      case BY_SYSTEM_CALL -> assertThat(rehearsal.liveFlow(tuple(flow))).isPresent();
      case BY_PROGRAM ->
          // Not a first packet, so it looks and opens nothing.
          new PacketRun(live)
              .later(
                  new Call(Origin.POD, CLIENT, VIP, PORT, Protocol.TCP),
                  tuple(flow).sourcePort(),
                  LOOPBACK);
    }
  }

  private static Tuple tuple(int number) {
    return new Tuple(CLIENT, number + 1, VIP, PORT, Protocol.TCP);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.packets.Packet.tcp;
import static dev.sluice.packets.Packet.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.MapNames;
import dev.sluice.bpf.Reason;
import dev.sluice.bpf.ServiceCounters;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.SkbContext;
import dev.sluice.loader.TestResult;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Packet.Flag;
import dev.sluice.packets.Packet.Trait;
import dev.sluice.packets.Sent;
import dev.sluice.packets.VethPlug;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Collections;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A super-packet, as GRO and GSO make it, counts as its segments. */
class SuperPacketTest {
  private static final int SEGMENT = 100;
  private static final int SEGMENTS = 5;

  /** The last segment is not full. */
  private static final String PAYLOAD = "x".repeat((SEGMENTS - 1) * SEGMENT + 1);

  private static LoadedObjects objects;

  @BeforeAll
  static void load() {
    objects =
        LoadedObjects.unpinned(
            new LoadOptions(new MapSizes(64, 64, 256, 64, 64, 64), true, true, false, false));
  }

  @AfterAll
  static void close() {
    objects.close();
  }

  @ParameterizedTest
  @EnumSource
  void atEitherHook(IpFamily family) {
    Cast cast = Cast.of(family);
    Packet packet = tcp(cast.clientEnd(), new End(cast.pod(), 80), Flag.ACK).carrying(PAYLOAD);

    for (Hook hook : new Hook[] {Hook.TC_INGRESS, Hook.TC_EGRESS}) {
      assertThat(packetsCounted(hook, packet, 0, 0)).isEqualTo(1);
      assertThat(packetsCounted(hook, packet, SEGMENT, SEGMENTS)).isEqualTo(SEGMENTS);
    }
  }

  @ParameterizedTest
  @EnumSource
  void evenIfTheKernelHasNotCountedThem(IpFamily family) {
    Cast cast = Cast.of(family);
    End server = new End(cast.pod(), 80);
    Packet segment = tcp(cast.clientEnd(), server, Flag.ACK).carrying(PAYLOAD);

    for (Packet packet : new Packet[] {segment, udp(cast.clientEnd(), server).carrying(PAYLOAD)}) {
      assertThat(packetsCounted(Hook.TC_INGRESS, packet, SEGMENT, 0))
          .as("segments of %s", packet)
          .isEqualTo(SEGMENTS);
    }
    if (family == IpFamily.IPV4) {
      assertThat(packetsCounted(Hook.TC_INGRESS, segment.with(Trait.OPTIONS), SEGMENT, 0))
          .isEqualTo(SEGMENTS);
    }
    // As long as the headers alone: nothing to divide.
    assertThat(packetsCounted(Hook.TC_INGRESS, segment.carrying(""), SEGMENT, 0)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void forItsServiceToo(IpFamily family) {
    Cast cast = Cast.of(family);
    End backend = cast.backend(cast.pod());
    Dataplane dataplane = new Dataplane(objects);
    dataplane.sweep();
    dataplane.apply(
        Plans.service(Protocol.UDP, cast.frontend(), Plans.random(Plans.local(backend))));
    int service = dataplane.portIds().values().iterator().next();
    Packet packet = udp(cast.clientEnd(), cast.frontend()).carrying(PAYLOAD);
    Traffic before = traffic(service);

    run(Hook.TC_INGRESS, packet, SEGMENT, SEGMENTS);

    Traffic after = traffic(service);
    assertThat(after.packets() - before.packets()).isEqualTo(SEGMENTS);
    assertThat(after.bytes() - before.bytes()).isEqualTo(packet.bytes().length);
  }

  private record Traffic(long packets, long bytes) {}

  private static Traffic traffic(int service) {
    long[] sums = new long[2];
    try (Arena arena = Arena.ofConfined()) {
      objects
          .map(MapNames.SERVICE_STATS)
          .lookupPerCpu(
              arena.allocateFrom(ValueLayout.JAVA_INT, service),
              (cpu, value) -> {
                ServiceCounters counters = new ServiceCounters().wrap(value);
                sums[0] += counters.packets();
                sums[1] += counters.bytes();
              });
    }
    return new Traffic(sums[0], sums[1]);
  }

  private static int packetsCounted(Hook hook, Packet packet, int size, int count) {
    ReasonCounts before = ReasonCounts.now(objects, hook);
    run(hook, packet, size, count);
    return Collections.frequency(before.since(), Reason.PASS_NOT_SERVICE);
  }

  private static void run(Hook hook, Packet packet, int size, int count) {
    BpfProgram program =
        hook == Hook.TC_INGRESS
            ? objects.ingress(VethPlug.HEADER)
            : objects.egress(VethPlug.HEADER);
    TestResult result =
        program
            .testRun()
            .data(VethPlug.incoming(Sent.of(packet)))
            .context(SkbContext.create().segments(size, count))
            .run();
    assertThat(result.returnValue()).isEqualTo(-1);
  }
}

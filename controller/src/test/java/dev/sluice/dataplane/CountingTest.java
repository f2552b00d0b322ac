// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import static dev.sluice.dataplane.Plans.local;
import static dev.sluice.dataplane.Plans.random;
import static dev.sluice.dataplane.Plans.service;
import static dev.sluice.dataplane.Plans.silent;
import static dev.sluice.packets.Packet.udp;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.loader.BpfLink;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.TcDirection;
import dev.sluice.model.IpFamily;
import dev.sluice.model.Protocol;
import dev.sluice.node.PrivateNamespace;
import dev.sluice.packets.End;
import dev.sluice.packets.Packet;
import dev.sluice.packets.Sent;
import dev.sluice.packets.VethPlug;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program counts on a device that others lie on, or that lies on others. */
class CountingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
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
  void aProgramThatCountsNoPassesStillCountsWhatItDoes(IpFamily family) {
    Cast cast = Cast.of(family);
    End client = cast.clientEnd();
    Dataplane dataplane = new Dataplane(objects);
    dataplane.sweep();
    dataplane.apply(
        service(Protocol.UDP, cast.frontend(), random(local(cast.backend(cast.pod())))));
    dataplane.apply(service(Protocol.UDP, cast.otherFrontend(), silent()));

    List<Reason> counted =
        run(
            objects.ingress(VethPlug.HEADER, Counting.NO_PASSES),
            Hook.TC_INGRESS,
            udp(client, new End(cast.pod(), 53)),
            udp(client, cast.frontend()),
            udp(client, cast.frontend()),
            udp(client, cast.otherFrontend()));
    assertThat(counted)
        .containsExactly(Reason.OPENED_LOCAL, Reason.FORWARDED, Reason.DROP_NO_BACKEND);

    List<Reason> onTheWayOut =
        run(
            objects.egress(VethPlug.HEADER, Counting.NO_PASSES),
            Hook.TC_EGRESS,
            udp(new End(cast.pod(), 53), client),
            udp(cast.backend(cast.pod()), client));
    assertThat(onTheWayOut).containsExactly(Reason.REPLIED);
  }

  private static List<Reason> run(BpfProgram program, Hook hook, Packet... packets) {
    ReasonCounts before = ReasonCounts.now(objects, hook);
    for (Packet packet : packets) {
      program.testRun().data(VethPlug.incoming(Sent.of(packet))).run();
    }
    return before.since();
  }

  /** A test run does not take the tag off, as the kernel does before tc sees a frame. */
  @Test
  void taggedPacketsAreLeftToTheirVlansDeviceIfItCountsThem() throws Exception {
    BpfProgram all = objects.ingress(VethPlug.HEADER);
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      Assumptions.assumeTrue(
          BpfLink.supportsTcx(all), "skipped: the programs are attached by tcx (Linux 6.6)");
      try (VethPlug device = VethPlug.create(namespace, "device")) {
        assertThat(afterTagged(namespace, device, all))
            .containsExactly(Reason.PASS_NOT_IP, Reason.PASS_VLAN);
        assertThat(
                afterTagged(namespace, device, objects.ingress(VethPlug.HEADER, Counting.UNTAGGED)))
            .containsExactly(Reason.PASS_NOT_IP);
      }
    }
  }

  /** Lets a tagged packet enter and then one without, and waits until that one is counted. */
  private static List<Reason> afterTagged(
      PrivateNamespace namespace, VethPlug device, BpfProgram program) {
    return namespace.call(
        () -> {
          try (BpfLink _ = BpfLink.attachTcx(program, device.index(), TcDirection.INGRESS)) {
            ReasonCounts before = ReasonCounts.now(objects, Hook.TC_INGRESS);
            device.receive(Sent.arp().tagged(7));
            device.receive(Sent.arp());
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!before.since().contains(Reason.PASS_NOT_IP)) {
              assertThat(System.nanoTime()).as("the ARP packet is counted").isLessThan(end);
              Thread.onSpinWait();
            }
            return before.since();
          }
        });
  }
}

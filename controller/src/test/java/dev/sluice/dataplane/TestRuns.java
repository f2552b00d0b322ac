// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.NodeUnderTest.Outcome;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.SkbContext;
import dev.sluice.loader.TestResult;
import dev.sluice.loader.XdpContext;
import dev.sluice.packets.Sent;
import dev.sluice.packets.VethPlug;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Runs programs on Ethernet frames, without attaching them. */
final class TestRuns {
  private static final int TC_ACT_UNSPEC = -1;
  private static final int TC_ACT_SHOT = 2;
  private static final int TC_ACT_REDIRECT = 7;
  private static final int XDP_DROP = 1;
  private static final int XDP_PASS = 2;
  private static final int XDP_TX = 3;
  private static final int XDP_REDIRECT = 4;

  private final LoadedObjects objects;

  TestRuns(LoadedObjects objects) {
    this.objects = objects;
  }

  /**
   * Gives a packet to a program.
   *
   * @param device the interface index of a veth device in the calling thread's network namespace
   */
  Outcome run(Hook hook, int device, Sent packet) {
    return hook == Hook.XDP ? runOnXdp(device, packet) : runOnTc(hook, device, packet);
  }

  private Outcome runOnXdp(int device, Sent packet) {
    ReasonCounts before = ReasonCounts.now(objects, Hook.XDP);
    TestResult result =
        objects
            .xdp()
            .testRun()
            .data(VethPlug.incoming(packet))
            .context(XdpContext.on(device))
            .run();
    byte[] frame = result.dataOut();
    Fate fate =
        switch (result.returnValue()) {
          case XDP_DROP -> Fate.DROPPED;
          case XDP_PASS -> Fate.HANDED_ON;
          case XDP_TX -> Fate.SENT_BACK;
          case XDP_REDIRECT -> Fate.SENT_ON;
          default -> throw new AssertionError("action " + result.returnValue());
        };
    if ((fate == Fate.SENT_BACK || fate == Fate.SENT_ON) && !VethPlug.goesToNeighbour(frame)) {
      throw new AssertionError(fate + " to a wrong MAC address " + Arrays.toString(frame));
    }
    return outcome(before, fate, frame);
  }

  private Outcome runOnTc(Hook hook, int device, Sent packet) {
    BpfProgram program =
        hook == Hook.TC_INGRESS
            ? objects.ingress(VethPlug.HEADER)
            : objects.egress(VethPlug.HEADER);
    ReasonCounts before = ReasonCounts.now(objects, hook);
    TestResult result =
        program
            .testRun()
            .data(VethPlug.incoming(packet))
            .context(SkbContext.create().interfaceIndex(device))
            .run();
    byte[] frame = result.dataOut();
    Fate fate =
        switch (result.returnValue()) {
          case TC_ACT_UNSPEC -> Fate.HANDED_ON;
          case TC_ACT_SHOT -> Fate.DROPPED;
          case TC_ACT_REDIRECT -> VethPlug.goesBack(frame) ? Fate.SENT_BACK : Fate.SENT_ON;
          default -> throw new AssertionError("action " + result.returnValue());
        };
    return outcome(before, fate, frame);
  }

  private static Outcome outcome(ReasonCounts before, Fate fate, byte[] frame) {
    return new Outcome(
        one(before.since()),
        fate,
        Optional.empty(),
        Arrays.copyOfRange(frame, VethPlug.HEADER, frame.length));
  }

  /** The only reason there is. */
  static Reason one(List<Reason> counted) {
    if (counted.size() != 1) {
      throw new AssertionError("not one reason was counted, but " + counted);
    }
    return counted.getFirst();
  }
}

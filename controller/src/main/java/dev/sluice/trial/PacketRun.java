// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.SkbContext;
import dev.sluice.loader.TestResult;
import java.util.Arrays;
import java.util.Set;

/** Runs packets through a tc program, as if they entered by a device. */
public final class PacketRun {
  private static final int TC_ACT_UNSPEC = -1;
  private static final int TC_ACT_SHOT = 2;
  private static final int TC_ACT_REDIRECT = 7;

  private final LoadedObjects objects;

  public PacketRun(LoadedObjects objects) {
    this.objects = objects;
  }

  /**
   * Lets the first packet of a connection enter.
   *
   * @param device its interface index, in the network namespace of the calling thread
   */
  public Outcome first(Call call, int sourcePort, int device) {
    return run(call, Frames.frame(call, sourcePort, true), device);
  }

  /** Lets a packet in mid-connection enter; a datagram is like the first. */
  public Outcome later(Call call, int sourcePort, int device) {
    return run(call, Frames.frame(call, sourcePort, false), device);
  }

  private Outcome run(Call call, byte[] frame, int device) {
    return outcome(call, frame, run(frame, device));
  }

  /** Lets a frame enter. */
  TestResult run(byte[] frame, int device) {
    return objects
        .ingress(LoadedObjects.ETHERNET_HEADER)
        .testRun()
        .data(frame)
        .context(SkbContext.create().interfaceIndex(device))
        .run();
  }

  /** Whether the program sends the packet on by itself. */
  static boolean isSentOn(TestResult result) {
    return result.returnValue() == TC_ACT_REDIRECT;
  }

  static Outcome outcome(Call call, byte[] frame, TestResult result) {
    byte[] left = result.dataOut();
    return switch (result.returnValue()) {
      case TC_ACT_SHOT -> Outcome.of(Verdict.DROP);
      case TC_ACT_UNSPEC -> Arrays.equals(left, frame) ? Outcome.of(Verdict.PASS) : forwarded(left);
      case TC_ACT_REDIRECT ->
          Frames.isRefusal(left, call) ? Outcome.of(Verdict.REJECT) : forwarded(left);
      default -> throw new IllegalStateException("tc action " + result.returnValue());
    };
  }

  private static Outcome forwarded(byte[] frame) {
    Frames.Target target = Frames.target(frame);
    return new Outcome(Verdict.FORWARD, Set.of(target.address().withPort(target.port())));
  }
}

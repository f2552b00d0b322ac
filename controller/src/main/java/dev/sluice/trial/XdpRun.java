// SPDX-License-Identifier: Apache-2.0
package dev.sluice.trial;

import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.TestResult;
import dev.sluice.loader.XdpContext;
import dev.sluice.model.Protocol;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Runs connections by a NIC that carries the XDP program: every packet meets it first, and tc only
 * if it is passed on. A connection to another node's backend is carried on until XDP sends both
 * directions by itself, and there each packet has to become what tc makes of it.
 *
 * <p>One packet a direction is enough to look the next hop up, and the first such look-up is never
 * left to tc, as later ones are now and then.
 */
public final class XdpRun {
  private static final int XDP_PASS = 2;
  private static final int XDP_TX = 3;
  private static final int XDP_REDIRECT = 4;

  private final LoadedObjects objects;
  private final PacketRun tc;
  private final Set<String> complaints = new LinkedHashSet<>();
  private Map<Reason, Long> before;
  private long carriedOn;

  public XdpRun(LoadedObjects objects) {
    this.objects = objects;
    this.tc = new PacketRun(objects);
    this.before = counted();
  }

  /**
   * Opens a connection, and carries it on where XDP has a share in it.
   *
   * @return what its first packet meets
   * @param device its interface index, in the network namespace of the calling thread
   */
  public Outcome connect(Call call, int sourcePort, int device) {
    byte[] first = Frames.frame(call, sourcePort, true);
    mustPass("first packet", first, device);
    TestResult result = tc.run(first, device);
    Outcome outcome = PacketRun.outcome(call, first, result);
    if (outcome.verdict() == Verdict.FORWARD
        && PacketRun.isSentOn(result)
        && isForXdp(call, result.dataOut())) {
      carryOn(call, sourcePort, result.dataOut(), device);
    }
    return outcome;
  }

  /** SCTP is tc's, and so is a client that reaches itself. */
  private static boolean isForXdp(Call call, byte[] translated) {
    return call.protocol() != Protocol.SCTP
        && !Frames.target(translated).address().equals(call.source());
  }

  private void carryOn(Call call, int sourcePort, byte[] translated, int device) {
    byte[] answer = Frames.answerTo(translated);
    mustPass("first reply", answer, device);
    TestResult answered = tc.run(answer, device);
    if (!PacketRun.isSentOn(answered)) {
      complain("tc does not send the first reply on", answer);
      return;
    }
    byte[] later = Frames.frame(call, sourcePort, false);
    byte[] forwarded = mustSend("later packet", later, device);
    if (!Frames.target(forwarded).equals(Frames.target(translated))) {
      complain("XDP sends a later packet to another backend", forwarded);
    }
    mustSend("later reply", Frames.answerTo(translated), device);
    carriedOn++;
  }

  private void mustPass(String what, byte[] frame, int device) {
    TestResult result = run(frame, device);
    if (result.returnValue() != XDP_PASS || !Arrays.equals(result.dataOut(), frame)) {
      complain("XDP does not pass a " + what + " on to tc as it is", frame);
    }
  }

  private byte[] mustSend(String what, byte[] frame, int device) {
    TestResult byXdp = run(frame, device);
    TestResult byTc = tc.run(frame, device);
    byte[] sent = byXdp.dataOut();
    if (byXdp.returnValue() != XDP_TX && byXdp.returnValue() != XDP_REDIRECT) {
      complain("XDP does not send a " + what + " on", frame);
    } else if (!PacketRun.isSentOn(byTc)) {
      complain("XDP sends a " + what + " on that tc does not", frame);
    } else if (!Frames.samePacket(sent, byTc.dataOut())) {
      complain(
          "XDP makes of a %s %s, tc %s"
              .formatted(what, Frames.packet(sent), Frames.packet(byTc.dataOut())),
          frame);
    }
    return sent;
  }

  private TestResult run(byte[] frame, int device) {
    return objects.xdp().testRun().data(frame).context(XdpContext.on(device)).run();
  }

  private void complain(String what, byte[] frame) {
    complaints.add(what + ": " + Frames.packet(frame));
  }

  /** What was wrong since the last call besides first packets' outcomes, a sentence each. */
  public Set<String> complaints() {
    Map<Reason, Long> now = counted();
    for (Reason reason : Set.of(Reason.FORWARDED, Reason.REPLIED)) {
      long count = now.getOrDefault(reason, 0L) - before.getOrDefault(reason, 0L);
      if (complaints.isEmpty() && count != carriedOn) {
        complaints.add(
            "XDP counted %s %d times for %d connections".formatted(reason, count, carriedOn));
      }
    }
    Set<String> all = Set.copyOf(complaints);
    complaints.clear();
    before = now;
    carriedOn = 0;
    return all;
  }

  private Map<Reason, Long> counted() {
    return Counters.verdicts(objects).get(Hook.XDP);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.loader.TestResult;
import dev.sluice.model.IpAddress;
import dev.sluice.trial.Frames;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Flows that the tc programs have opened, and whose packets they have then seen both ways. */
final class EstablishedFlows {
  private final Testbed testbed;
  private final Addresses addresses;
  private final ProgramTimer entering;
  private final ProgramTimer leaving;
  private final List<byte[]> toHere = new ArrayList<>();
  private final List<byte[]> fromHere = new ArrayList<>();
  private final List<byte[]> toThere = new ArrayList<>();
  private final List<byte[]> fromThere = new ArrayList<>();

  EstablishedFlows(Testbed testbed, Addresses addresses) {
    this.testbed = testbed;
    this.addresses = addresses;
    entering = ProgramTimer.at(testbed.uplink(), testbed.ingress());
    leaving = ProgramTimer.at(testbed.uplink(), testbed.egress());
  }

  /** Opens so many to the backends here, and as many to those on another node, and no others. */
  void open(int flows) {
    testbed.flows().forgetFlows();
    List.of(toHere, fromHere, toThere, fromThere).forEach(List::clear);
    for (int number = 0; number < flows; number++) {
      byte[] sentHere = open(number, addresses.vipHere(), ReturnValue.TC_ACT_UNSPEC);
      fromHere.add(pass(leaving, Frames.answerTo(sentHere), ReturnValue.TC_ACT_UNSPEC));
      toHere.add(addresses.packet(number, addresses.vipHere(), false));
      byte[] sentThere = open(number, addresses.vipThere(), ReturnValue.TC_ACT_REDIRECT);
      fromThere.add(pass(entering, Frames.answerTo(sentThere), ReturnValue.TC_ACT_REDIRECT));
      toThere.add(addresses.packet(number, addresses.vipThere(), false));
    }
  }

  /** From clients, to the Service with backends here; one of each flow. */
  List<byte[]> toHere() {
    return toHere;
  }

  /** The replies of backends here. */
  List<byte[]> fromHere() {
    return fromHere;
  }

  /** From clients, to the Service with backends on another node. */
  List<byte[]> toThere() {
    return toThere;
  }

  /** The replies of backends on another node. */
  List<byte[]> fromThere() {
    return fromThere;
  }

  /**
   * The frames themselves, to or from the other node, once tc has met each: XDP leaves it to tc now
   * and then to look a flow's next hop up again, and all the flow's packets until it has.
   */
  List<byte[]> metByTc(List<byte[]> frames) {
    frames.forEach(frame -> pass(entering, frame, ReturnValue.TC_ACT_REDIRECT));
    return frames;
  }

  /** Opens a flow and returns its first packet as it goes on. */
  private byte[] open(int client, IpAddress vip, ReturnValue verdict) {
    byte[] first = addresses.packet(client, vip, true);
    return run(entering, first, verdict).dataOut();
  }

  /** Returns the frame itself, once it has gone through. */
  private static byte[] pass(ProgramTimer program, byte[] frame, ReturnValue verdict) {
    run(program, frame, verdict);
    return frame;
  }

  private static TestResult run(ProgramTimer program, byte[] frame, ReturnValue verdict) {
    TestResult result = program.run(frame);
    if (result.returnValue() != verdict.value()) {
      throw new DatapathException(
          "%s met %d, not %s"
              .formatted(HexFormat.of().formatHex(frame), result.returnValue(), verdict));
    }
    return result;
  }
}

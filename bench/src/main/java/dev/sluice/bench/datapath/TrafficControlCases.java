// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.bench.datapath.PacketMeasurement.Expected;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What the tc programs do with packets of one family. */
final class TrafficControlCases {
  private static final Expected GOES_ON = Expected.always(ReturnValue.TC_ACT_UNSPEC);
  private static final Expected SENT_ON = Expected.always(ReturnValue.TC_ACT_REDIRECT);
  private static final Target NEW_FLOW = new Target.AtMost(1200);

  private final Testbed testbed;
  private final Rounds rounds;
  private final IpFamily family;
  private final Addresses addresses;
  private final CaseMaker ingress;
  private final CaseMaker egress;

  TrafficControlCases(Testbed testbed, IpFamily family, EmptyPrograms empty, Rounds rounds) {
    this.testbed = testbed;
    this.family = family;
    this.rounds = rounds;
    this.addresses = Addresses.of(family);
    String name = Label.name(family);
    ingress = CaseMaker.of("tc ingress", name, testbed.ingress(), empty, testbed.uplink());
    egress = CaseMaker.of("tc egress", name, testbed.egress(), empty, testbed.uplink());
  }

  /** A packet that is nobody's business here, and one that only has a backend selected. */
  List<Case> withoutFlows() {
    byte[] unrelated = addresses.packet(0, addresses.unrelated(), false);
    byte[] lateForRemote = addresses.packet(0, addresses.vipThere(), false);
    return List.of(
        ingress.make(
            "non-service packet",
            0,
            rounds.packets(),
            rounds.copies(unrelated),
            GOES_ON,
            new Target.AtMost(12)),
        ingress.make(
            "service selection, no flow made",
            0,
            rounds.packets(),
            rounds.copies(lateForRemote),
            GOES_ON,
            new Target.None()));
  }

  /** The packets of flows that {@code open} has by then. */
  List<Case> established(EstablishedFlows open, int flows) {
    return List.of(
        established(ingress, "to a backend here", flows, GOES_ON, round -> open.toHere()),
        established(egress, "reply of a backend here", flows, GOES_ON, round -> open.fromHere()),
        established(ingress, "to another node's backend", flows, SENT_ON, round -> open.toThere()),
        established(ingress, "reply of another node's", flows, SENT_ON, round -> open.fromThere()));
  }

  private Case established(
      CaseMaker hook,
      String packet,
      int flows,
      Expected expected,
      IntFunction<List<byte[]>> frames) {
    return hook.make(
        "established, " + packet,
        flows,
        rounds.size(flows),
        rounds.cycle(frames),
        expected,
        target(flows));
  }

  private Target target(int flows) {
    if (flows >= Established.MANY) {
      return Established.OF_MANY;
    }
    return switch (family) {
      case IPV4 -> new Target.AtMost(80);
      case IPV6 -> new Target.None();
    };
  }

  /** First packets; the flows of a round are forgotten before the next. */
  List<Case> newFlows() {
    return List.of(
        ingress.make(
            "new flow, to a backend here",
            0,
            rounds.packets(),
            round -> opening(addresses.vipHere()),
            GOES_ON,
            NEW_FLOW),
        ingress.make(
            "new flow, source NAT to another node",
            0,
            rounds.packets(),
            round -> opening(addresses.vipThere()),
            SENT_ON,
            NEW_FLOW));
  }

  private List<byte[]> opening(IpAddress vip) {
    testbed.flows().forgetFlows();
    return IntStream.range(0, rounds.packets())
        .mapToObj(number -> addresses.packet(number, vip, true))
        .toList();
  }
}

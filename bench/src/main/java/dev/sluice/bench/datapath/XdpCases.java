// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.bench.datapath.PacketMeasurement.Expected;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import java.util.List;

/**
 * What the XDP program does with packets of one family: those of established flows to another
 * node's backends, and from them, it sends on; the rest it leaves to tc.
 */
final class XdpCases {
  private static final Expected LEFT_TO_TC = Expected.always(ReturnValue.XDP_PASS);

  /** Now and then tc gets the packets of a flow for a second, so that neighbours stay known. */
  private static final Expected SENT_ON = Expected.mostly(ReturnValue.XDP_TX);

  private final Rounds rounds;
  private final IpFamily family;
  private final Addresses addresses;
  private final CaseMaker xdp;

  XdpCases(Testbed testbed, IpFamily family, EmptyPrograms empty, Rounds rounds) {
    this.family = family;
    this.rounds = rounds;
    this.addresses = Addresses.of(family);
    xdp = CaseMaker.of("XDP", Label.name(family), testbed.objects().xdp(), empty, testbed.uplink());
  }

  /** What packets pay here that tc then looks at. */
  List<Case> withoutFlows() {
    return List.of(
        leftToTc("non-service packet", addresses.unrelated(), false, new Target.AtMost(8)),
        leftToTc("new flow, left to tc", addresses.vipThere(), true, new Target.None()));
  }

  private Case leftToTc(String packet, IpAddress destination, boolean first, Target target) {
    return xdp.make(
        packet,
        0,
        rounds.packets(),
        rounds.copies(addresses.packet(0, destination, first)),
        LEFT_TO_TC,
        target);
  }

  /** The packets of flows that {@code open} has by then. */
  List<Case> established(EstablishedFlows open, int flows) {
    return List.of(
        xdp.make(
            "established, to another node's backend",
            flows,
            rounds.size(flows),
            rounds.cycle(round -> open.metByTc(open.toThere())),
            SENT_ON,
            target(flows)),
        xdp.make(
            "established, reply of another node's",
            flows,
            rounds.size(flows),
            rounds.cycle(round -> open.metByTc(open.fromThere())),
            SENT_ON,
            flows >= Established.MANY ? Established.OF_MANY : new Target.None()),
        xdp.make(
            "established, to a backend here, left to tc",
            flows,
            rounds.size(flows),
            rounds.cycle(round -> open.toHere()),
            LEFT_TO_TC,
            new Target.None()));
  }

  private Target target(int flows) {
    if (flows >= Established.MANY) {
      return Established.OF_MANY;
    }
    return new Target.AtMost(
        switch (family) {
          case IPV4 -> flows == 1 ? 45 : 60;
          case IPV6 -> flows == 1 ? 45 : 80;
        });
  }
}

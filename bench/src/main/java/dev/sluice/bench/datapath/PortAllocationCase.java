// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.bpf.Hook;
import dev.sluice.bpf.Reason;
import dev.sluice.dataplane.Counters;
import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.model.IpFamily;
import dev.sluice.trial.Frames;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A new flow with source NAT when most of the node's ports towards its backend are taken: most
 * ports that the program tries belong to somebody.
 */
final class PortAllocationCase {
  private static final int TAKEN_PERCENT = 90;

  private static final int PORTS = Testbed.LAST_NAT_PORT - Testbed.FIRST_NAT_PORT + 1;
  private static final int TAKEN = PORTS * TAKEN_PERCENT / 100;

  /** New flows of a round: not enough to change the share that is taken by a hundredth. */
  private static final int ROUND = PORTS / 200;

  /** A client that is refused tries no more; others get the ports that are left. */
  private static final int MOST_CLIENTS = 3 * PORTS;

  private final Testbed testbed;
  private final Addresses addresses;
  private final CaseMaker ingress;
  private int clients;

  PortAllocationCase(Testbed testbed, IpFamily family, EmptyPrograms empty) {
    this.testbed = testbed;
    this.addresses = Addresses.of(family);
    ingress =
        CaseMaker.of("tc ingress", Label.name(family), testbed.ingress(), empty, testbed.uplink());
  }

  /** Establishes flows until the ports are taken. */
  void takePorts() {
    testbed.flows().forgetFlows();
    LoadedObjects objects = testbed.objects();
    int established = 0;
    long refused = refusals(objects);
    for (clients = 0; established < TAKEN; clients++) {
      if (clients == MOST_CLIENTS) {
        throw new DatapathException(
            "only %,d of %,d ports are taken by %,d clients"
                .formatted(established, PORTS, clients));
      }
      byte[] sent = ingress.timer().run(packet(clients)).dataOut();
      ingress.timer().run(Frames.answerTo(sent));
      established = clients + 1 - (int) (refusals(objects) - refused);
    }
  }

  /** Runs that this takes, about. */
  int packetsToPrepare() {
    return 2 * PORTS;
  }

  private byte[] packet(int client) {
    return addresses.packet(client, addresses.vipSingle(), true);
  }

  private static long refusals(LoadedObjects objects) {
    return Counters.verdicts(objects)
        .getOrDefault(Hook.TC_INGRESS, Map.of())
        .getOrDefault(Reason.REJECT_NO_PORT, 0L);
  }

  List<Case> cases() {
    Case plain =
        ingress.make(
            "new flow, source NAT, %d %% of ports taken".formatted(TAKEN_PERCENT),
            0,
            ROUND,
            this::opening,
            PacketMeasurement.Expected.always(ReturnValue.TC_ACT_REDIRECT),
            new Target.None());
    return List.of(
        new Case(
            plain.label(), plain.packets(), new Counting(plain.measurement()), plain.target()));
  }

  private List<byte[]> opening(int round) {
    testbed.flows().forgetHalfOpenFlows();
    return IntStream.range(clients, clients + ROUND).mapToObj(this::packet).toList();
  }

  /** Tells how many flows got no port: these are timed with the others. */
  private final class Counting implements Measurement {
    private final Measurement timed;
    private long opened;
    private long refused;

    Counting(Measurement timed) {
      this.timed = timed;
    }

    @Override
    public double round(int number) {
      long before = refusals(testbed.objects());
      double nanos = timed.round(number);
      refused += refusals(testbed.objects()) - before;
      opened += ROUND;
      return nanos;
    }

    @Override
    public String note() {
      return String.format(Locale.ROOT, "%.1f %% refused", 100.0 * refused / opened);
    }
  }
}

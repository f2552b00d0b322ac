// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.dataplane.LoadedObjects;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.SkbContext;
import dev.sluice.loader.TestResult;
import dev.sluice.model.IpAddress;
import dev.sluice.model.IpFamily;
import dev.sluice.trial.Frames;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What the tc programs do with packets of one family. */
final class TrafficControlCases {
  private static final int TC_ACT_UNSPEC = -1;
  private static final int TC_ACT_REDIRECT = 7;

  /** Fixed, so that rounds and runs visit flows in the same order. */
  private static final long ORDER = 42;

  private final Testbed testbed;
  private final IpFamily family;
  private final int packets;
  private final Addresses addresses;
  private final BpfProgram ingress;
  private final BpfProgram egress;
  private final ProgramTimer entering;
  private final ProgramTimer leaving;

  /**
   * @param packets of a round; a case with more flows has one packet for each
   */
  TrafficControlCases(Testbed testbed, IpFamily family, int packets) {
    this.testbed = testbed;
    this.family = family;
    this.packets = packets;
    this.addresses = Addresses.of(family);
    ingress = testbed.objects().ingress(LoadedObjects.ETHERNET_HEADER);
    egress = testbed.objects().egress(LoadedObjects.ETHERNET_HEADER);
    entering = new ProgramTimer(ingress, Optional.of(context()));
    leaving = new ProgramTimer(egress, Optional.of(context()));
  }

  private SkbContext context() {
    return SkbContext.create().interfaceIndex(testbed.uplink());
  }

  /** A packet that is nobody's business here, and one that only opens no flow. */
  List<Case> withoutFlows() {
    byte[] unrelated = addresses.packet(0, addresses.unrelated(), false);
    byte[] lateForRemote = addresses.packet(0, addresses.vipThere(), false);
    return List.of(
        row("non-service packet", ingress, 0, TC_ACT_UNSPEC, max(12), round -> copies(unrelated)),
        row(
            "service selection, no flow made",
            ingress,
            0,
            TC_ACT_UNSPEC,
            none(),
            round -> copies(lateForRemote)));
  }

  /** Opens {@code flows} connections to each Service, which stay, and times their packets. */
  List<Case> established(int flows) {
    List<byte[]> toHere = new ArrayList<>();
    List<byte[]> fromHere = new ArrayList<>();
    List<byte[]> toThere = new ArrayList<>();
    List<byte[]> fromThere = new ArrayList<>();
    for (int number = 0; number < flows; number++) {
      byte[] sentHere = open(number, addresses.vipHere(), TC_ACT_UNSPEC);
      byte[] sentThere = open(number, addresses.vipThere(), TC_ACT_REDIRECT);
      pass(leaving, Frames.answerTo(sentHere), TC_ACT_UNSPEC);
      pass(entering, Frames.answerTo(sentThere), TC_ACT_REDIRECT);
      toHere.add(addresses.packet(number, addresses.vipHere(), false));
      fromHere.add(Frames.answerTo(sentHere));
      toThere.add(addresses.packet(number, addresses.vipThere(), false));
      fromThere.add(Frames.answerTo(sentThere));
    }
    OptionalDouble target = family == IpFamily.IPV4 && flows < 100_000 ? max(80) : none();
    return List.of(
        row("established, to a backend here", ingress, flows, TC_ACT_UNSPEC, target, cycle(toHere)),
        row("established, its replies", egress, flows, TC_ACT_UNSPEC, target, cycle(fromHere)),
        row(
            "established, to another node's backend",
            ingress,
            flows,
            TC_ACT_REDIRECT,
            none(),
            cycle(toThere)),
        row("established, its replies", ingress, flows, TC_ACT_REDIRECT, none(), cycle(fromThere)));
  }

  /** First packets; the flows of a round are forgotten before the next. */
  List<Case> newFlows() {
    return List.of(
        row(
            "new flow, to a backend here",
            ingress,
            packets,
            TC_ACT_UNSPEC,
            max(1200),
            round -> opening(addresses.vipHere())),
        row(
            "new flow, source NAT to another node",
            ingress,
            packets,
            TC_ACT_REDIRECT,
            max(1200),
            round -> opening(addresses.vipThere())));
  }

  private List<byte[]> opening(IpAddress vip) {
    testbed.forgetFlows();
    return IntStream.range(0, packets)
        .mapToObj(number -> addresses.packet(number, vip, true))
        .toList();
  }

  private Case row(
      String name,
      BpfProgram program,
      int flows,
      int verdict,
      OptionalDouble target,
      IntFunction<List<byte[]>> frames) {
    String hook = program.equals(egress) ? "tc egress" : "tc ingress";
    return new Case(name, hook, family.name(), flows, program, frames, verdict, target);
  }

  private List<byte[]> copies(byte[] frame) {
    return Collections.nCopies(packets, frame);
  }

  /** All frames in random order, again and again until a round is full. */
  private IntFunction<List<byte[]>> cycle(List<byte[]> frames) {
    List<byte[]> shuffled = new ArrayList<>(frames);
    Collections.shuffle(shuffled, new Random(ORDER));
    int length = Math.max(packets, frames.size());
    List<byte[]> round =
        IntStream.range(0, length).mapToObj(i -> shuffled.get(i % shuffled.size())).toList();
    return number -> round;
  }

  private static OptionalDouble max(double nanos) {
    return OptionalDouble.of(nanos);
  }

  private static OptionalDouble none() {
    return OptionalDouble.empty();
  }

  private byte[] open(int client, IpAddress vip, int verdict) {
    return pass(entering, addresses.packet(client, vip, true), verdict);
  }

  /** Runs a packet through and returns it as the program left it. */
  private static byte[] pass(ProgramTimer program, byte[] frame, int verdict) {
    TestResult result = program.run(frame);
    if (result.returnValue() != verdict) {
      throw new IllegalStateException(
          "%s met %d, not %d"
              .formatted(HexFormat.of().formatHex(frame), result.returnValue(), verdict));
    }
    return result.dataOut();
  }
}

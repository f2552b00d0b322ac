// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.bench.datapath.PacketMeasurement.Expected;
import dev.sluice.loader.BpfObject;
import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.ProgramType;
import dev.sluice.loader.btf.BtfException;
import dev.sluice.trial.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** A program that is not Sluice's, with the maps that it was given. */
final class OtherObject implements AutoCloseable {
  /** An Ethernet header; the kernel takes no shorter frame. */
  private static final int SHORTEST_FRAME = 14;

  private final StandIn node = new StandIn();
  private final List<byte[]> packets;
  private final Optional<ReturnValue> expected;
  private final BpfObject object;
  private final BpfProgram program;

  OtherObject(ObjectOptions options) {
    BpfObject opened = null;
    try {
      packets = options.packets();
      packets.forEach(OtherObject::check);
      expected = options.expected();
      opened = open(options.object());
      object = opened;
      program = find(object, options.program());
      requireTimeable(program);
      expected.ifPresent(value -> requireOf(program.type(), value));
      List<MapSetup> setup = options.setup();
      load(options, setup);
      setup.forEach(element -> element.apply(object));
    } catch (RuntimeException e) {
      if (opened != null) {
        opened.close();
      }
      node.close();
      throw e;
    }
  }

  private static void check(byte[] frame) {
    if (frame.length < SHORTEST_FRAME) {
      throw new DatapathException(
          "--packet: a frame begins with an Ethernet header of %d bytes; one has %d bytes in all"
              .formatted(SHORTEST_FRAME, frame.length));
    }
  }

  private static BpfObject open(Path file) {
    try {
      return BpfObject.open("other", Files.readAllBytes(file));
    } catch (IOException e) {
      throw new DatapathException("--object: cannot read " + file + ": " + e.getMessage(), e);
    } catch (BtfException e) {
      throw new DatapathException("--object: " + file + ": " + e.getMessage(), e);
    }
  }

  private static BpfProgram find(BpfObject object, String name) {
    return object.programs().stream()
        .filter(candidate -> candidate.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DatapathException(
                    "the object has no program '%s', only %s"
                        .formatted(
                            name,
                            object.programs().stream()
                                .map(each -> each.name() + " (" + each.type() + ")")
                                .collect(Collectors.joining(", ")))));
  }

  private static void requireTimeable(BpfProgram program) {
    if (program.type() != ProgramType.SCHED_CLS && program.type() != ProgramType.XDP) {
      throw new DatapathException(
          "program '%s' is of type %s; only SCHED_CLS (tc) and XDP can be timed"
              .formatted(program.name(), program.type()));
    }
  }

  private static void requireOf(ProgramType type, ReturnValue value) {
    if (ReturnValue.of(type).noneMatch(value::equals)) {
      throw new DatapathException(
          "--expect: a program of type %s returns one of %s, not %s"
              .formatted(type, ReturnValue.of(type).toList(), value));
    }
  }

  /**
   * Loads the program and those that it tail-calls, and no others: they may need more than these.
   */
  private void load(ObjectOptions options, List<MapSetup> setup) {
    Set<BpfProgram> wanted = new HashSet<>(Set.of(program));
    setup.forEach(element -> element.program().ifPresent(name -> wanted.add(find(object, name))));
    object.programs().forEach(each -> each.setAutoload(wanted.contains(each)));
    try {
      options.constants().forEach((name, value) -> object.setConstant(name, value));
    } catch (IllegalArgumentException e) {
      throw new DatapathException("--constant: " + e.getMessage(), e);
    }
    object.keepVerifierStatistics().load();
  }

  /** The one case. */
  Stage stage(EmptyPrograms empty, Rounds rounds) {
    PacketMeasurement timed =
        new PacketMeasurement(
            ProgramTimer.at(node.outside(), program),
            ProgramTimer.at(node.outside(), empty.of(program.type())),
            rounds.cycle(round -> packets),
            expected.map(Expected::always).orElse(Expected.ANYTHING));
    String hook = program.type() == ProgramType.XDP ? "XDP" : "tc";
    Label label = new Label(hook, program.name(), "", 0);
    Case one =
        new Case(label, rounds.size(packets.size()), new WithVerdicts(timed), new Target.None());
    return new Stage(node.network(), () -> {}, 0, List.of(one));
  }

  /** Whoever expects nothing is told what came. */
  private record WithVerdicts(PacketMeasurement timed) implements Measurement {
    @Override
    public double round(int number) {
      return timed.round(number);
    }

    @Override
    public String note() {
      return timed.verdicts();
    }
  }

  List<ProgramFacts> programs() {
    return object.programs().stream().map(ProgramFacts::of).flatMap(Optional::stream).toList();
  }

  @Override
  public void close() {
    object.close();
    node.close();
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.bench.common.EmptyPrograms;
import dev.sluice.bench.datapath.PacketMeasurement.Expected;
import dev.sluice.loader.BpfProgram;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Makes the cases of one program and family.
 *
 * @param hook what the table calls it
 * @param family what the table calls it
 */
record CaseMaker(String hook, String family, ProgramTimer timer, ProgramTimer empty) {
  /** For packets at a device. */
  static CaseMaker of(
      String hook, String family, BpfProgram program, EmptyPrograms empty, int device) {
    return new CaseMaker(
        hook,
        family,
        ProgramTimer.at(device, program),
        ProgramTimer.at(device, empty.of(program.type())));
  }

  /**
   * A case.
   *
   * @param packets of a round
   * @param frames those of a round, by the round's number
   */
  Case make(
      String packet,
      int flows,
      int packets,
      IntFunction<List<byte[]>> frames,
      Expected expected,
      Target target) {
    return new Case(
        new Label(hook, packet, family, flows),
        packets,
        new PacketMeasurement(timer, empty, frames, expected),
        target);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.VerifierStatistics;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the verifier says about a program.
 *
 * @param instructions that it walked over; its limit is a million
 * @param stack bytes of the deepest chain of calls, each frame rounded up to 32; the limit is 512
 * @param deepestCall that chain, with the bytes of each function
 */
public record ProgramFacts(String name, long instructions, int stack, String deepestCall) {
  /** Empty for a program that is not loaded, or not by an object that keeps statistics. */
  static Optional<ProgramFacts> of(BpfProgram program) {
    return program.fd() < 0
        ? Optional.empty()
        : program.verifierStatistics().map(statistics -> of(program.name(), statistics));
  }

  private static ProgramFacts of(String name, VerifierStatistics statistics) {
    return new ProgramFacts(
        name,
        statistics.instructions(),
        statistics.stackBytes(),
        statistics.deepestCall().stream()
            .map(frame -> frame.function() + " " + frame.bytes())
            .collect(Collectors.joining(" > ")));
  }
}

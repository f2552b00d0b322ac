// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The numbers at the end of the verifier's log (kernel/bpf/verifier.c, print_verification_stats).
 */
record VerifierLog(long instructions, List<Integer> stackDepths) {
  /** BPF_LOG_STATS: nothing but these numbers; kernel 5.2 and later. */
  static final int STATISTICS = 4;

  private static final Pattern DEPTHS =
      Pattern.compile("^stack depth ([0-9+]+)", Pattern.MULTILINE);
  private static final Pattern INSTRUCTIONS =
      Pattern.compile("^processed (\\d+) insns", Pattern.MULTILINE);

  /**
   * Reads them.
   *
   * @throws IllegalArgumentException if they are not there
   */
  static VerifierLog parse(String log) {
    Matcher depths = DEPTHS.matcher(log);
    Matcher instructions = INSTRUCTIONS.matcher(log);
    if (!depths.find() || !instructions.find()) {
      throw new IllegalArgumentException("no statistics in the verifier's log: " + log);
    }
    return new VerifierLog(
        Long.parseLong(instructions.group(1)),
        Stream.of(depths.group(1).split("\\+", -1)).map(Integer::valueOf).toList());
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.ProgramType;
import dev.sluice.loader.RunTimeStatistics;
import dev.sluice.loader.SkbContext;
import dev.sluice.loader.TestResult;
import dev.sluice.loader.TestRun;
import dev.sluice.loader.XdpContext;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Times a program by the kernel's own statistics over single test runs: each run gets its packet
 * anew. (The {@code repeat} of a test run feeds a program its own output, which no program that
 * rewrites packets is made for.)
 */
final class ProgramTimer {
  private final BpfProgram program;
  private final UnaryOperator<TestRun> entering;

  private ProgramTimer(BpfProgram program, UnaryOperator<TestRun> entering) {
    this.program = program;
    this.entering = entering;
  }

  /**
   * For packets that enter, or leave, by a device of the calling thread's network namespace.
   *
   * @param program for tc or XDP
   */
  static ProgramTimer at(int device, BpfProgram program) {
    return program.type() == ProgramType.XDP
        ? new ProgramTimer(program, run -> run.context(XdpContext.on(device)))
        : new ProgramTimer(program, run -> run.context(SkbContext.create().interfaceIndex(device)));
  }

  BpfProgram program() {
    return program;
  }

  /** Runs the program once, untimed. */
  TestResult run(byte[] frame) {
    return entering.apply(program.testRun().data(frame)).run();
  }

  /**
   * What some runs gave.
   *
   * @param nanos of each, the kernel's own share included
   * @param verdicts how many runs returned what
   */
  record Timing(double nanos, Map<Integer, Integer> verdicts) {
    /** The part of the runs that returned a verdict. */
    double share(int verdict) {
      int all = verdicts.values().stream().mapToInt(Integer::intValue).sum();
      return (double) verdicts.getOrDefault(verdict, 0) / all;
    }
  }

  /** Runs the program once on each frame. */
  Timing time(List<byte[]> frames) {
    TestRun run = entering.apply(program.testRun());
    try (RunTimeStatistics _ = BpfProgram.enableRunTimeStatistics()) {
      long nanos = program.runTimeNanos();
      long count = program.runCount();
      int[] returned = run.verdicts(frames);
      double each = (double) (program.runTimeNanos() - nanos) / (program.runCount() - count);
      Map<Integer, Integer> verdicts = new TreeMap<>();
      IntStream.of(returned).forEach(verdict -> verdicts.merge(verdict, 1, Integer::sum));
      return new Timing(each, verdicts);
    }
  }
}

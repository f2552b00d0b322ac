// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

import dev.sluice.loader.BpfProgram;
import dev.sluice.loader.SkbContext;
import dev.sluice.loader.TestResult;
import dev.sluice.loader.TestRun;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Times a program by the kernel's own statistics over single test runs: each run gets its packet
 * anew. (The {@code repeat} of a test run feeds a program its own output, which no program that
 * rewrites packets is made for.)
 */
final class ProgramTimer {
  private final BpfProgram program;
  private final Optional<SkbContext> context;

  ProgramTimer(BpfProgram program, Optional<SkbContext> context) {
    this.program = program;
    this.context = context;
  }

  /** Runs the program once, untimed. */
  TestResult run(byte[] frame) {
    return testRun(frame).run();
  }

  /** Nanoseconds a run, over one run of each frame, the kernel's own share included. */
  double time(List<byte[]> frames) {
    return time(frames, result -> {});
  }

  /**
   * Likewise.
   *
   * @throws IllegalStateException if a run returns another verdict
   */
  double time(List<byte[]> frames, int verdict) {
    return time(
        frames,
        result -> {
          if (result.returnValue() != verdict) {
            throw new IllegalStateException(
                "%s returned %d where %d was to be timed"
                    .formatted(program.name(), result.returnValue(), verdict));
          }
        });
  }

  private double time(List<byte[]> frames, Consumer<TestResult> check) {
    List<TestRun> runs = frames.stream().map(this::testRun).toList();
    long nanos = program.runTimeNanos();
    long count = program.runCount();
    runs.forEach(run -> check.accept(run.run()));
    return (double) (program.runTimeNanos() - nanos) / (program.runCount() - count);
  }

  private TestRun testRun(byte[] frame) {
    TestRun run = program.testRun().data(frame);
    context.ifPresent(run::context);
    return run;
  }
}

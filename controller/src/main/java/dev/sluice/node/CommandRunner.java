// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs a program of the machine. */
@FunctionalInterface
public interface CommandRunner {
  /**
   * Runs a program to its end.
   *
   * @return what it printed, or empty if there is no such program, it failed, or it took longer
   *     than {@code limit}
   */
  Optional<String> run(Duration limit, List<String> command);

  /**
   * Starts real processes. They inherit the namespaces of the calling platform thread; a program
   * that takes too long is killed.
   */
  static CommandRunner processes() {
    return CommandRunner::runProcess;
  }

  private static Optional<String> runProcess(Duration limit, List<String> command) {
    return Programs.processes().run(limit, command, "")
            instanceof Programs.Answer.Printed(String text)
        ? Optional.of(text)
        : Optional.empty();
  }
}

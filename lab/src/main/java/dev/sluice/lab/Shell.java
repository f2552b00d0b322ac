// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Runs commands of the machine and waits for them. */
final class Shell {
  static final Duration TIMEOUT = Duration.ofSeconds(60);

  private static final Executor VIRTUAL_THREADS = command -> Thread.ofVirtual().start(command);

  private Shell() {}

  /** Runs a POSIX shell script; throws with its standard error if it fails. */
  static void script(String script) {
    run(List.of("sh", "-s"), script, TIMEOUT);
  }

  /** Runs a command and returns its standard output; throws with its standard error if it fails. */
  static String run(List<String> command, String input, Duration timeout) {
    Process process = start(command);
    CompletableFuture<String> output = drain(process.getInputStream());
    CompletableFuture<String> errors = drain(process.getErrorStream());
    try {
      try (var stream = process.getOutputStream()) {
        stream.write(input.getBytes(StandardCharsets.UTF_8));
      } catch (IOException endedEarly) {
        // The exit status below tells why.
      }
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        kill(process);
        throw new LabException(
            "%s did not end within %s".formatted(String.join(" ", command), timeout));
      }
    } catch (InterruptedException interrupted) {
      kill(process);
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while running " + String.join(" ", command), interrupted);
    }
    if (process.exitValue() != 0) {
      throw new LabException(
          "%s failed with status %d: %s"
              .formatted(String.join(" ", command), process.exitValue(), errors.join().strip()));
    }
    return output.join();
  }

  private static void kill(Process process) {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  private static Process start(List<String> command) {
    try {
      return new ProcessBuilder(command).start();
    } catch (IOException failure) {
      throw new LabException(
          "cannot run %s: is it installed? (%s)"
              .formatted(command.getFirst(), failure.getMessage()),
          failure);
    }
  }

  private static CompletableFuture<String> drain(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException closed) {
            return "";
          }
        },
        VIRTUAL_THREADS);
  }
}

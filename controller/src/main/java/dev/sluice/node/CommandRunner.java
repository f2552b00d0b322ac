// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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
    Process process;
    try {
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      // No such program: the caller goes on without it.
      return Optional.empty();
    }
    try {
      process.getOutputStream().close();
      CompletableFuture<byte[]> output =
          CompletableFuture.supplyAsync(
              () -> readAll(process), task -> Thread.ofVirtual().start(task));
      byte[] text = output.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
      return ended && process.exitValue() == 0
          ? Optional.of(new String(text, StandardCharsets.UTF_8))
          : Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (IOException | ExecutionException | TimeoutException e) {
      return Optional.empty();
    } finally {
      process.destroyForcibly();
    }
  }

  private static byte[] readAll(Process process) {
    try {
      return process.getInputStream().readAllBytes();
    } catch (IOException e) {
      return new byte[0];
    }
  }
}

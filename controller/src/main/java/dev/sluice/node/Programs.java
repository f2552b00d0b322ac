// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs programs of the machine, and tells a missing one from one that failed. */
@FunctionalInterface
public interface Programs {
  /** What became of a program. */
  sealed interface Answer {
    /** It ended with status 0. */
    record Printed(String text) implements Answer {}

    /**
     * It ended with another status, or did not end in time.
     *
     * @param why what it wrote to its standard error, or a sentence of our own
     */
    record Failed(String why) implements Answer {}

    /** There is no such program on the PATH. */
    record Missing() implements Answer {}
  }

  /**
   * Runs a program to its end, or kills it when {@code limit} is over.
   *
   * @param input what it reads from its standard input
   */
  Answer run(Duration limit, List<String> command, String input);

  /** Starts real processes. They inherit the namespaces of the calling platform thread. */
  static Programs processes() {
    return Programs::runProcess;
  }

  private static Answer runProcess(Duration limit, List<String> command, String input) {
    Process process;
    try {
      process = new ProcessBuilder(command).start();
    } catch (IOException e) {
      return new Answer.Missing();
    }
    try {
      CompletableFuture<String> output = drain(process.getInputStream());
      CompletableFuture<String> errors = drain(process.getErrorStream());
      Thread.ofVirtual().start(() -> feed(process, input));
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        return new Answer.Failed("did not end within " + limit.toSeconds() + " s");
      }
      if (process.exitValue() != 0) {
        String why = errors.join().strip();
        return new Answer.Failed(why.isEmpty() ? "exit status " + process.exitValue() : why);
      }
      return new Answer.Printed(output.join());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Answer.Failed("interrupted");
    } finally {
      process.destroyForcibly();
    }
  }

  private static void feed(Process process, String input) {
    try (OutputStream stream = process.getOutputStream()) {
      stream.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // It ended without reading all; its exit status tells.
    }
  }

  private static CompletableFuture<String> drain(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }
}

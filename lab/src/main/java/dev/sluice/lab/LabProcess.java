// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A process in the background in a host of the lab; standard output and error go to its log. */
public final class LabProcess {
  private final String name;
  private final Process process;
  private final Path log;

  LabProcess(String name, Process process, Path log) {
    this.name = name;
    this.process = process;
    this.log = log;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** All it has printed so far, standard output and error together. */
  public String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException failure) {
      throw new LabException("cannot read the log of " + name, failure);
    }
  }

  /** Waits until it has printed {@code text}. */
  public void awaitOutput(String text, Duration timeout) {
    Host.await(name, this, timeout, () -> log().contains(text));
  }

  /** Sends SIGTERM to it and its children, waits for it, and returns the exit status. */
  public int terminate(Duration timeout) {
    signal("TERM");
    return awaitExit(timeout);
  }

  /** Sends SIGINT, as Ctrl-C does, to it and its children, waits for it, and returns the status. */
  public int interrupt(Duration timeout) {
    signal("INT");
    return awaitExit(timeout);
  }

  /** Sends SIGKILL to it and its children and waits until it is gone. */
  public void kill() {
    signal("KILL");
    awaitExit(Duration.ofSeconds(10));
  }

  /** To the whole process group, which setsid made: a child forked just now cannot be missed. */
  private void signal(String signal) {
    try {
      Shell.script("kill -s %s -- -%d || kill -s %s %d".formatted(signal, pid(), signal, pid()));
    } catch (LabException failure) {
      if (isAlive()) {
        throw failure;
      }
    }
  }

  /** Waits for its end and returns the exit status. */
  public int awaitExit(Duration timeout) {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        // A JVM then writes into its log what its threads do.
        signal("QUIT");
        process.waitFor(5, TimeUnit.SECONDS);
        throw new LabException(
            "%s did not end within %s; its log:\n%s".formatted(name, timeout, log()));
      }
      return process.exitValue();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new LabException("interrupted while waiting for " + name, interrupted);
    }
  }
}

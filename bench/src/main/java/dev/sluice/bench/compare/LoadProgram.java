// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

import dev.sluice.lab.Host;
import dev.sluice.lab.LabProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The program of load.c, run on hosts of a lab. */
final class LoadProgram implements AutoCloseable {
  /** For anything it does: rules take minutes to load in an emulated machine. */
  static final Duration PATIENCE = Duration.ofMinutes(30);

  private final Path directory;
  private final Path program;

  /** A signal ends the run without {@link #close}. */
  private final Thread shutdownHook = new Thread(this::remove, "remove the load program");

  /**
   * What it tells of a run.
   *
   * @param at when it began, or when what it waited for came, by the clock of System.nanoTime()
   */
  record Outcome(long count, long failed, long nanos, long at) {
    double perSecond() {
      return count / (nanos / 1e9);
    }

    static Outcome of(String line) {
      Map<String, Long> values =
          Arrays.stream(line.strip().split(" ", -1))
              .map(field -> field.split("=", 2))
              .collect(Collectors.toMap(field -> field[0], field -> Long.parseLong(field[1])));
      return new Outcome(
          values.get("count"),
          values.get("failed"),
          values.getOrDefault("nanos", 0L),
          values.getOrDefault("at", 0L));
    }
  }

  LoadProgram() {
    try (InputStream content = LoadProgram.class.getResourceAsStream("load")) {
      if (content == null) {
        throw new CompareException("the load program was not built: run bench/run.sh compare");
      }
      directory = Files.createTempDirectory("sluice-compare-");
      Runtime.getRuntime().addShutdownHook(shutdownHook);
      program = directory.resolve("load");
      Files.copy(content, program, StandardCopyOption.REPLACE_EXISTING);
      program.toFile().setExecutable(true);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot put the load program into a temporary directory", e);
    }
  }

  /** For files of a run. */
  Path directory() {
    return directory;
  }

  /** Serves on all of a host's addresses that are given. */
  LabProcess serve(Host host, List<String> addresses) {
    List<String> command = command("serve", String.valueOf(Workload.TARGET_PORT));
    command.addAll(addresses);
    LabProcess server = host.start(command.toArray(String[]::new));
    server.awaitOutput("serving", PATIENCE);
    return server;
  }

  /** Runs it to its end; throws if a request failed. */
  Outcome run(Host host, String... arguments) {
    String line = host.run(PATIENCE, command(arguments).toArray(String[]::new));
    Outcome outcome = Outcome.of(line);
    if (outcome.failed() > 0) {
      throw new CompareException(
          "%s: %d of %d requests failed: %s"
              .formatted(host, outcome.failed(), outcome.count(), String.join(" ", arguments)));
    }
    return outcome;
  }

  /** Starts to look for the moment in which a connection to {@code target} ends at an address. */
  LabProcess look(Host host, String target, String address, Duration pause) {
    LabProcess looking =
        host.start(
            command("await", target, address, String.valueOf(pause.toNanos() / 1000))
                .toArray(String[]::new));
    looking.awaitOutput("looking", PATIENCE);
    return looking;
  }

  /** What {@link #look} has found, once it has. */
  static Outcome found(LabProcess looking) {
    int status = looking.awaitExit(PATIENCE);
    if (status != 0) {
      throw new CompareException("looking for a change failed: " + looking.log());
    }
    return Outcome.of(looking.log().lines().toList().getLast());
  }

  /** Runs a command on a host with a file as its input, and tells how long it took. */
  Outcome timed(Host host, Path input, String... command) {
    List<String> all = command("timed", input.toString());
    all.addAll(List.of(command));
    return Outcome.of(host.run(PATIENCE, all.toArray(String[]::new)));
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public void close() {
    remove();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException shuttingDown) {
      // The hook finds nothing left to do.
    }
  }

  private synchronized void remove() {
    if (!Files.exists(directory)) {
      return;
    }
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + directory, e);
    }
  }
}

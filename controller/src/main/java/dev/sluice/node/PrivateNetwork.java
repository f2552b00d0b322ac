// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * A network namespace without a name: it belongs to one platform thread, on which all work in it
 * runs, and goes away with that thread. Nothing outside is touched.
 */
public final class PrivateNetwork implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x40000000;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("private-network").daemon().factory());
  private final long threadId;
  private final Thread own;

  /**
   * Makes a network namespace with nothing in it but a loopback device that is down.
   *
   * @throws NodeException if this process may not
   */
  public PrivateNetwork() {
    try {
      own = call(Thread::currentThread);
      threadId = call(PrivateNetwork::enter);
    } catch (NodeException e) {
      thread.shutdown();
      throw e;
    }
  }

  /** The kernel's id of the thread; {@code ip link set DEVICE netns} takes it. */
  public long threadId() {
    return threadId;
  }

  /**
   * Does work in the namespace and waits for it. What the work throws is thrown here. The work may
   * call this again.
   */
  public <T> T call(Callable<T> work) {
    boolean inside = Thread.currentThread().equals(own);
    FutureTask<T> task = new FutureTask<>(work);
    try {
      if (inside) {
        task.run();
      } else {
        thread.execute(task);
      }
      return task.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case IOException cause -> throw new UncheckedIOException(cause);
        default -> throw new NodeException("in a private network namespace", e.getCause());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeException("interrupted in a private network namespace", e);
    }
  }

  /**
   * Runs lines of {@code ip -batch} in the namespace.
   *
   * @throws NodeException if the program is missing or a line fails
   */
  public void configure(List<String> lines) {
    runIp("-batch -", String.join("\n", lines) + "\n", "ip", "-batch", "-");
  }

  /** Runs one program of iproute2, such as {@code tc qdisc add ...}, in the namespace. */
  public void configureWith(String... command) {
    runIp(String.join(" ", command), "", command);
  }

  private void runIp(String what, String input, String... command) {
    call(
        () -> {
          Process process = start(command);
          process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
          process.getOutputStream().close();
          String output =
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
          if (process.waitFor() != 0) {
            throw new NodeException("'" + what + "' failed: " + output);
          }
          return null;
        });
  }

  private static Process start(String... command) {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new NodeException(
          "the program '" + command[0] + "' is missing; install iproute2 (" + e.getMessage() + ")",
          e);
    }
  }

  /** The index of a device of the namespace. */
  public int deviceIndex(String name) {
    return call(
        () ->
            Integer.parseInt(
                Files.readString(Path.of("/proc/thread-self/net/dev_snmp6", name))
                    .lines()
                    .filter(line -> line.startsWith("ifIndex"))
                    .findFirst()
                    .orElseThrow()
                    .split("\\s+", -1)[1]));
  }

  private static long enter() throws IOException {
    int result = LinuxCalls.unshare(CLONE_NEWNET);
    if (result < 0) {
      throw new NodeException("creating a network namespace (unshare)", -result);
    }
    // "PID/task/TID"
    return Long.parseLong(
        String.valueOf(Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName()));
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        throw new NodeException("work in a private network namespace does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

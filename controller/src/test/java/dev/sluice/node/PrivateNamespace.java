// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace without a name: it belongs to one platform thread, on which the test's work
 * and the programs it starts run, and goes away with it. Nothing outside is touched.
 */
public final class PrivateNamespace implements AutoCloseable {
  private static final int CLONE_NEWNET = 0x40000000;

  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("private-namespace").daemon().factory());
  private final long threadId;

  public PrivateNamespace() {
    threadId = call(PrivateNamespace::enter);
    if (threadId < 0) {
      thread.shutdown();
    }
    Assumptions.assumeTrue(
        threadId > 0,
        "skipped: creating a network namespace needs root (unshare(CLONE_NEWNET) failed)");
  }

  /** The kernel's id of the thread; {@code ip link set DEVICE netns} takes it. */
  public long threadId() {
    return threadId;
  }

  public <T> T call(Callable<T> work) {
    try {
      return thread.submit(work).get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        default -> throw new AssertionError(e.getCause());
      }
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Runs a program in the namespace; it must succeed. Returns what it printed. */
  public String run(String command) {
    return call(
        () -> {
          Process process =
              new ProcessBuilder(List.of(command.split(" ", -1))).redirectErrorStream(true).start();
          String output =
              new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
          assertThat(process.waitFor()).as(command + ": " + output).isZero();
          return output;
        });
  }

  /** Makes a device with a carrier; not every kernel has the kind {@code dummy}. */
  public void addDevice(String name) {
    run("ip link add " + name + " type veth peer name " + name + "p");
    run("ip link set " + name + "p up");
  }

  /** Whether a program succeeds in the namespace; for things that a kernel may lack. */
  public boolean tries(String command) {
    return call(
        () -> {
          Process process =
              new ProcessBuilder(List.of(command.split(" ", -1)))
                  .redirectErrorStream(true)
                  .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                  .start();
          return process.waitFor() == 0;
        });
  }

  @Override
  public void close() {
    thread.shutdownNow();
    try {
      assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("restricted")
  private static long enter() throws Exception {
    Linker linker = Linker.nativeLinker();
    var unshare =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("unshare"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
    try {
      if ((int) unshare.invokeExact(CLONE_NEWNET) != 0) {
        return -1;
      }
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
    // "PID/task/TID"
    return Long.parseLong(
        Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString());
  }
}

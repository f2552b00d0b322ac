// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Assumptions;

/**
 * A network namespace without a name: it belongs to one platform thread, on which the test's work
 * and the programs it starts run, and goes away with it. Nothing outside is touched.
 */
public final class PrivateNamespace implements AutoCloseable {
  private final PrivateNetwork network;

  public PrivateNamespace() {
    PrivateNetwork made = null;
    try {
      made = new PrivateNetwork();
    } catch (NodeException e) {
      Assumptions.abort("skipped: " + e.getMessage());
    }
    network = made;
  }

  /** The kernel's id of the thread; {@code ip link set DEVICE netns} takes it. */
  public long threadId() {
    return network.threadId();
  }

  public <T> T call(Callable<T> work) {
    return network.call(work);
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

  /** Runs lines of {@code ip -batch} in the namespace; all must succeed. */
  public void batch(String commands) {
    call(
        () -> {
          Process process =
              new ProcessBuilder("ip", "-batch", "-")
                  .inheritIO()
                  .redirectInput(ProcessBuilder.Redirect.PIPE)
                  .start();
          try (var input = process.outputWriter()) {
            input.write(commands);
          }
          assertThat(process.waitFor()).isZero();
          return true;
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
    network.close();
  }
}

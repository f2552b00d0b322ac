// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandRunnerTest {
  private final CommandRunner runner = CommandRunner.processes();

  @Test
  void theOutputOfAProgramThatSucceedsIsReturned() {
    assertThat(
            runner.run(Duration.ofSeconds(10), List.of("sh", "-c", "cat; echo hello; echo no >&2")))
        .contains("hello\n");
  }

  @Test
  void aProgramThatIsMissingFailsOrTakesTooLongGivesNothing() {
    assertThat(runner.run(Duration.ofSeconds(10), List.of("no-such-program"))).isEmpty();
    assertThat(runner.run(Duration.ofSeconds(10), List.of("sh", "-c", "echo x; exit 3"))).isEmpty();
    long start = System.nanoTime();
    assertThat(runner.run(Duration.ofMillis(200), List.of("sleep", "30"))).isEmpty();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void aProgramRunsInTheNetworkNamespaceOfTheCallingThread() {
    List<String> command = List.of("readlink", "/proc/self/ns/net");
    try (PrivateNamespace namespace = new PrivateNamespace()) {
      assertThat(namespace.call(() -> runner.run(Duration.ofSeconds(10), command)))
          .isPresent()
          .isNotEqualTo(runner.run(Duration.ofSeconds(10), command));
    }
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/** Connections of a {@link Probe} that exchange messages in the background, until closed. */
public final class Conversations implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Probe probe;
  private final String handle;

  Conversations(Probe probe, String handle) {
    this.probe = probe;
    this.handle = handle;
  }

  /**
   * Waits until every connection has had {@code messages} answers since the last report, or one has
   * broken.
   *
   * @return what has happened since the last report
   */
  public ConversationReport await(long messages, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      Fields progress = probe.ask(request("conversationProgress"), PATIENCE);
      if (progress.bigNumber("fewest") >= messages || progress.flag("broken")) {
        return report();
      }
      if (System.nanoTime() > deadline) {
        throw new ProbeException(
            "a connection is stuck after %s answers".formatted(progress.text("fewest")),
            Failure.TIMED_OUT);
      }
      Pause.millis(5);
    }
  }

  /** What has happened since the last report. */
  public ConversationReport report() {
    return ConversationReport.of(probe.ask(request("conversationReport"), PATIENCE));
  }

  @Override
  public void close() {
    probe.ask(request("stopConversations"), PATIENCE);
  }

  private Fields request(String command) {
    return Fields.of("command", command).with("handle", handle);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/** A TCP connection of a {@link Probe} that stays open until {@link #close}. */
public final class OpenConnection implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Probe probe;
  private final String handle;
  private final Connection connection;

  OpenConnection(Probe probe, String handle, Connection connection) {
    this.probe = probe;
    this.handle = handle;
    this.connection = connection;
  }

  /** What was seen when it was made. */
  public Connection connection() {
    return connection;
  }

  /**
   * Sends {@code text} and returns what comes back, which is the same or a {@link ProbeException}.
   */
  public String echo(String text) {
    return probe.ask(request("echo").with("text", text), PATIENCE).text("text");
  }

  @Override
  public void close() {
    probe.ask(request("close"), PATIENCE);
  }

  private Fields request(String command) {
    return Fields.of("command", command).with("handle", handle);
  }
}

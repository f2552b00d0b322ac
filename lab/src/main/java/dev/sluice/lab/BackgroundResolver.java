// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/** A resolver of a {@link DnsProbe} that is busy with its questions. */
public final class BackgroundResolver {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Probe probe;
  private final String handle;

  BackgroundResolver(Probe probe, String handle) {
    this.probe = probe;
    this.handle = handle;
  }

  /** Questions asked so far. */
  public int progress() {
    return probe.ask(request("resolverProgress"), PATIENCE).number("queries");
  }

  /** The address of the server that gave the last answer. */
  public String server() {
    return probe.ask(request("resolverProgress"), PATIENCE).text("server");
  }

  /** Waits until so many questions have been asked. */
  public void awaitProgress(int queries, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (int asked = progress(); asked < queries; asked = progress()) {
      if (System.nanoTime() > deadline) {
        throw new ProbeException(
            "a resolver is stuck at question %d of %d".formatted(asked, queries),
            Failure.TIMED_OUT);
      }
      Pause.millis(5);
    }
  }

  /** The result, once all questions have been asked. */
  public ResolverReport await(Duration timeout) {
    return ResolverReport.of(probe.ask(request("awaitResolver"), timeout));
  }

  private Fields request(String command) {
    return Fields.of("command", command).with("handle", handle);
  }
}

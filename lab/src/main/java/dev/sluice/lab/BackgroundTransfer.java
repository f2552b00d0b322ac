// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/** A {@link Transfer} under way. */
public final class BackgroundTransfer {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Probe probe;
  private final String handle;

  BackgroundTransfer(Probe probe, String handle) {
    this.probe = probe;
    this.handle = handle;
  }

  /** Bytes that have gone so far, both directions together. */
  public long progress() {
    return probe.ask(request("transferProgress"), PATIENCE).bigNumber("bytes");
  }

  /** Waits until {@code bytes} have gone, both directions together. */
  public void awaitProgress(long bytes, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (long gone = progress(); gone < bytes; gone = progress()) {
      if (System.nanoTime() > deadline) {
        throw new ProbeException(
            "a transfer is stuck at %d of %d bytes".formatted(gone, bytes), Failure.TIMED_OUT);
      }
      Pause.millis(10);
    }
  }

  /** The result, once it has ended; throws {@link ProbeException} if it broke. */
  public Transfer await(Duration timeout) {
    return Transfer.of(probe.ask(request("awaitTransfer"), timeout));
  }

  private Fields request(String command) {
    return Fields.of("command", command).with("handle", handle);
  }
}

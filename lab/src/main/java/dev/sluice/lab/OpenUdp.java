// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/** A UDP socket of a {@link Probe} that stays open until {@link #close}. */
public final class OpenUdp implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Probe probe;
  private final String handle;
  private final Target target;

  OpenUdp(Probe probe, String handle, Target target) {
    this.probe = probe;
    this.handle = handle;
    this.target = target;
  }

  /** Sends a datagram to the socket's target and waits for the answer. */
  public UdpReply ask(String payload) {
    return ask(target, payload);
  }

  /** Sends a datagram to another target; only if the socket is not connected. */
  public UdpReply ask(Target other, String payload) {
    Fields request = request("askUdp").withAll(other.toFields()).with("payload", payload);
    return UdpReply.of(probe.ask(request, PATIENCE));
  }

  @Override
  public void close() {
    probe.ask(request("closeUdp"), PATIENCE);
  }

  private Fields request(String command) {
    return Fields.of("command", command).with("handle", handle);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.time.Duration;

/**
 * What became of many short connections, each of which sent a token of its own.
 *
 * @param ok got exactly their own token back
 * @param misdelivered got other bytes: must never happen
 * @param other resets, early closes and anything else
 */
public record ShortConnections(
    long ok, long refused, long timedOut, long misdelivered, long other, Duration duration) {

  public long total() {
    return ok + refused + timedOut + misdelivered + other;
  }

  public double perSecond() {
    return total() / (duration.toNanos() / 1e9);
  }

  Fields toFields() {
    return Fields.of("ok", ok)
        .with("refused", refused)
        .with("timedOut", timedOut)
        .with("misdelivered", misdelivered)
        .with("other", other)
        .with("duration", duration);
  }

  static ShortConnections of(Fields fields) {
    return new ShortConnections(
        fields.bigNumber("ok"),
        fields.bigNumber("refused"),
        fields.bigNumber("timedOut"),
        fields.bigNumber("misdelivered"),
        fields.bigNumber("other"),
        fields.duration("duration"));
  }
}

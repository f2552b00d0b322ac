// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Optional;

/**
 * How a source is doing.
 *
 * @param description what it reads, such as {@code manifests in /etc/sluice}
 * @param state whether it can be read now, and since when, in words
 * @param lastEvent when it last told of a change; empty if it has not yet
 */
public record SourceStatus(String description, String state, Optional<Instant> lastEvent) {
  public SourceStatus {
    requireNonNull(description, "description");
    requireNonNull(state, "state");
    requireNonNull(lastEvent, "lastEvent");
  }
}

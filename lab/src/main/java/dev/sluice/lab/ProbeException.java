// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

/** A connection or request of a {@link Probe} failed. */
public final class ProbeException extends LabException {
  private static final long serialVersionUID = 1L;

  private final Failure failure;

  ProbeException(String message, Failure failure) {
    super(message);
    this.failure = failure;
  }

  public Failure failure() {
    return failure;
  }
}

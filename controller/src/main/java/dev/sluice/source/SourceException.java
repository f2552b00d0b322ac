// SPDX-License-Identifier: Apache-2.0
package dev.sluice.source;

/** A source cannot be read at all. The message says what to do. */
public final class SourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SourceException(String message, Throwable cause) {
    super(message, cause);
  }

  public SourceException(String message) {
    super(message);
  }
}

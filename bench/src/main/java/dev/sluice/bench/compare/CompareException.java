// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.compare;

/** The comparison cannot go on, or would compare something else; the message says why. */
final class CompareException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CompareException(String message) {
    super(message);
  }

  CompareException(String message, Throwable cause) {
    super(message, cause);
  }
}

// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.datapath;

/** The benchmark cannot be run as asked; the message says why. */
final class DatapathException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DatapathException(String message) {
    super(message);
  }

  DatapathException(String message, Throwable cause) {
    super(message, cause);
  }
}

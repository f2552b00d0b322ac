// SPDX-License-Identifier: Apache-2.0
package dev.sluice.dataplane;

/** A plan that cannot be installed, or a data plane that cannot be opened. Says what to do. */
public final class DataplaneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataplaneException(String message) {
    super(message);
  }

  public DataplaneException(String message, Throwable cause) {
    super(message, cause);
  }
}

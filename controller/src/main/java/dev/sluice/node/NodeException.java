// SPDX-License-Identifier: Apache-2.0
package dev.sluice.node;

/**
 * A call to the kernel failed, or its answer was not understood. The message names the call and
 * what to do.
 */
public final class NodeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  public NodeException(String message) {
    this(message, 0);
  }

  public NodeException(String message, int errno) {
    super(errno == 0 ? message : message + ": " + Errno.describe(errno));
    this.errno = errno;
  }

  public NodeException(String message, Throwable cause) {
    super(message, cause);
    this.errno = 0;
  }

  /** The kernel's error number, or 0 if the failure did not come from a system call. */
  public int errno() {
    return errno;
  }
}

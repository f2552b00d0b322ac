// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader;

/**
 * A call into libbpf or the kernel failed. The message names the call, the object it was about, the
 * error and, for the common ones, what to do.
 */
public final class BpfException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final int LOG_LINES_IN_MESSAGE = 12;

  private final int errno;
  private final String call;
  private final String verifierLog;

  BpfException(String call, String subject, int errno, String detail, String verifierLog) {
    super(message(call, subject, errno, detail, verifierLog));
    this.errno = errno;
    this.call = call;
    this.verifierLog = verifierLog;
  }

  BpfException(String call, String subject, int errno, String detail) {
    this(call, subject, errno, detail, "");
  }

  BpfException(String call, String subject, int errno) {
    this(call, subject, errno, Errno.of(errno).hint(), "");
  }

  /** Returns {@code result} if it is not negative, and throws for {@code -errno}. */
  static int check(int result, String call, String subject) {
    if (result < 0) {
      throw new BpfException(call, subject, -result);
    }
    return result;
  }

  /** The positive error number of errno(3); 0 if the failure did not come from the kernel. */
  public int errno() {
    return errno;
  }

  /** The libbpf function or system call that failed. */
  public String call() {
    return call;
  }

  /** What the kernel's verifier said, complete; empty unless a program was rejected. */
  public String verifierLog() {
    return verifierLog;
  }

  private static String message(
      String call, String subject, int errno, String detail, String verifierLog) {
    StringBuilder message = new StringBuilder(subject).append(": ").append(call).append(" failed");
    if (errno != 0) {
      message.append(": ").append(Errno.describe(errno));
    }
    if (!detail.isBlank()) {
      message.append(": ").append(detail.strip());
    }
    if (!verifierLog.isBlank()) {
      String[] lines = verifierLog.strip().split("\n", -1);
      int first = Math.max(0, lines.length - LOG_LINES_IN_MESSAGE);
      message.append("\nThe verifier's log ends with:");
      for (int line = first; line < lines.length; line++) {
        message.append("\n  ").append(lines[line]);
      }
    }
    return message.toString();
  }
}

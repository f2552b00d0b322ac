// SPDX-License-Identifier: Apache-2.0
package dev.sluice.bench.report;

import java.io.Serial;

/** The page cannot be made; the message names the file and, where there is one, the field. */
final class ReportException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  ReportException(String message) {
    super(message);
  }

  ReportException(String message, Throwable cause) {
    super(message, cause);
  }
}

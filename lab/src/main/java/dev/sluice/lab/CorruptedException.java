// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

import java.io.IOException;

/** The bytes received are not those expected. */
final class CorruptedException extends IOException {
  private static final long serialVersionUID = 1L;

  CorruptedException(String message) {
    super(message);
  }
}

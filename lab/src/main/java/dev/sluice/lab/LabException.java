// SPDX-License-Identifier: Apache-2.0
package dev.sluice.lab;

/** The lab could not do what it was asked; the message names the host or command and the reason. */
public class LabException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LabException(String message) {
    super(message);
  }

  LabException(String message, Throwable cause) {
    super(message, cause);
  }
}

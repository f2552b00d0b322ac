// SPDX-License-Identifier: Apache-2.0
package dev.sluice.loader.btf;

/** An object file, or its BTF, is not what it should be. */
public final class BtfException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  BtfException(String message) {
    super(message);
  }

  BtfException(String message, Throwable cause) {
    super(message, cause);
  }
}

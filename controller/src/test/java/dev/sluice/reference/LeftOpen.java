// SPDX-License-Identifier: Apache-2.0
package dev.sluice.reference;

/** The rules do not define what is asked. */
final class LeftOpen extends RuntimeException {
  private static final long serialVersionUID = 1L;

  LeftOpen(String what) {
    super(what);
  }
}

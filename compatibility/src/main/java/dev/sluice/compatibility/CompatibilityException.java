// SPDX-License-Identifier: Apache-2.0
package dev.sluice.compatibility;

import java.util.List;

/** The page cannot be made. The message names everything that is wrong, a line each. */
public final class CompatibilityException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CompatibilityException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
  }

  CompatibilityException(String problem) {
    this(List.of(problem));
  }
}
